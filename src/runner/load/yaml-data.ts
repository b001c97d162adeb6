import type { Alias, Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { store, take, WholeFloat } from './floats.ts';
import { yamlLibrary } from './lazy.ts';
import { finite, numberFrom } from './numbers.ts';

/** A problem at a place in a text, as offsets. */
export interface TextProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

const MAX_DEPTH = 100;
/** Values after aliases are followed; a few lines of aliases of aliases can stand for billions. */
const MAX_VALUES = 1_000_000;

/**
 * Turns a parsed YAML document into plain data: string keys, aliases shared, merge keys (`<<`) merged, floats marked. Reports
 * duplicate keys, keys that are no text, numbers that JavaScript or JSON cannot hold, tags, too deep or too much.
 */
export function dataOfDocument(document: Document): { data: unknown; problems: TextProblem[] } {
  const reader = new Reader(document);
  const result = { data: null, problems: reader.problems };
  // A text that is one number has no other holder that could say that it is a float.
  if (document.contents !== null) store(result, 'data', reader.read(document.contents, 0));
  return result;
}

/** Thrown to stop at once where going on would be endless. */
class TooMuch extends Error {}

class Reader {
  readonly problems: TextProblem[] = [];
  readonly #document: Document;
  readonly #yaml = yamlLibrary();
  /** What each anchored node became and how many values it holds; undefined while it is being read. */
  readonly #anchored = new Map<Node, { data: unknown; count: number } | undefined>();
  #count = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  read(node: Node, depth: number): unknown {
    try {
      return this.#read(node, depth);
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      return null;
    }
  }

  #read(node: Node, depth: number): unknown {
    this.#count++;
    if (depth > MAX_DEPTH) this.#stop(node, `Nested more than ${MAX_DEPTH} levels deep.`);
    if (this.#count > MAX_VALUES) {
      this.#stop(node, `More than ${MAX_VALUES} values once aliases are followed.`);
    }
    if (this.#yaml.isAlias(node)) return this.#alias(node);
    const isAnchored = 'anchor' in node && node.anchor !== undefined;
    if (!isAnchored) return this.#content(node, depth);
    this.#anchored.set(node, undefined);
    const before = this.#count;
    const data = this.#content(node, depth);
    this.#anchored.set(node, { data, count: this.#count - before });
    return data;
  }

  #content(node: Node, depth: number): unknown {
    if (this.#yaml.isMap(node)) return this.#map(node, depth);
    if (this.#yaml.isSeq(node)) return this.#list(node, depth);
    if (this.#yaml.isScalar(node)) return this.#scalar(node);
    return null;
  }

  #alias(alias: Alias): unknown {
    const target = alias.resolve(this.#document);
    if (target === undefined) {
      const hint = `A text that begins with * needs quotes: "*${alias.source}"`;
      this.#report(alias, `There is no anchor &${alias.source} for the alias *${alias.source}.`, hint);
      return null;
    }
    const known = this.#anchored.get(target);
    if (known === undefined) {
      this.#report(alias, `The alias *${alias.source} stands inside of the value that it repeats.`);
      return null;
    }
    this.#count += known.count;
    if (this.#count > MAX_VALUES) {
      this.#stop(alias, `More than ${MAX_VALUES} values once aliases are followed.`);
    }
    return known.data;
  }

  #scalar(node: Node & { value: unknown; source?: string | undefined }): unknown {
    const { value } = node;
    if (isOtherNumber(node)) return numberFrom(node.value) ?? node.value;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value !== 'number') {
      this.#report(node, 'A value of this type is not supported.', 'Write it as text, in quotes.');
      return null;
    }
    // The whole numbers that are safe, and fractions, need no second look at their text.
    if (Number.isSafeInteger(value)) return isFloatText(node.source) ? new WholeFloat(value) : value;
    return numberFrom(node.source ?? '') ?? finite(value);
  }

  #list(node: YAMLSeq, depth: number): unknown[] {
    const list: unknown[] = [];
    for (const [i, item] of node.items.entries())
      store(list, i, this.#yaml.isNode(item) ? this.#read(item, depth + 1) : null);
    return list;
  }

  #map(node: YAMLMap, depth: number): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    const merged: object[] = [];
    for (const pair of node.items) this.#pair(pair, depth, data, merged);
    // What stands here wins over what is merged, and an earlier merge over a later one.
    for (const source of merged) {
      for (const key of Object.keys(source))
        if (!Object.hasOwn(data, key)) store(data, key, take(source, key));
    }
    return data;
  }

  #pair(pair: Pair, depth: number, data: Record<string, unknown>, merged: object[]): void {
    const key = this.#key(pair.key);
    if (key === undefined) return;
    const value = this.#yaml.isNode(pair.value) ? this.#read(pair.value, depth + 1) : null;
    if (key === '<<' && this.#yaml.isScalar(pair.key) && pair.key.type === 'PLAIN' && isMergeable(value)) {
      merged.push(...(Array.isArray(value) ? value : [value]));
    } else if (Object.hasOwn(data, key)) {
      this.#report(pair.key as Node, `The key '${key}' stands here twice.`, 'Remove or rename one of them.');
    } else {
      store(data, key, value);
    }
  }

  #key(node: unknown): string | undefined {
    if (this.#yaml.isScalar(node) && node.value !== null && typeof node.value !== 'object') {
      // The source is kept where text would look different as a number: 1.0, 0x10, 007.
      return typeof node.value === 'number' ? (node.source ?? String(node.value)) : String(node.value);
    }
    if (this.#yaml.isNode(node)) this.#report(node, 'A key must be text.');
    return undefined;
  }

  #report(node: Node, message: string, hint?: string): void {
    const [start = 0, end = start + 1] = node.range ?? [];
    this.problems.push({ start, end, message, hint });
  }

  #stop(node: Node, message: string): never {
    this.#report(node, message);
    throw new TooMuch(message);
  }
}

function isMergeable(value: unknown): value is object {
  if (Array.isArray(value)) return value.every((item) => !Array.isArray(item) && isMergeable(item));
  return typeof value === 'object' && value !== null && !(value instanceof WholeFloat);
}

/** Whether a number's text is a float's: it has a point or an exponent, and is no hexadecimal number. */
function isFloatText(source: string | undefined): boolean {
  return source !== undefined && /[.eE]/.test(source) && !/^[-+]?0x/i.test(source);
}

/** Numbers that DVC's YAML knows beside those of YAML 1.2: `1_000`, `1_000.5`, `0b11`, `-0x1F`. */
function isOtherNumber(node: { value: unknown; type?: unknown }): node is { value: string } {
  const { type, value } = node;
  return type === 'PLAIN' && typeof value === 'string' && /^[-+]?(\.?\d[\w.+-]*_|0[box])/.test(value);
}
