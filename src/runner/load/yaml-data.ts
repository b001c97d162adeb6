import type { Alias, Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { yamlLibrary } from './lazy.ts';
import { put } from './object.ts';

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
 * Turns a parsed YAML document into plain data: string keys, aliases shared, merge keys (`<<`) merged. Reports
 * duplicate keys, keys that are no text, numbers that JavaScript or JSON cannot hold, tags, too deep or too much.
 */
export function dataOfDocument(document: Document): { data: unknown; problems: TextProblem[] } {
  const reader = new Reader(document);
  const data = document.contents === null ? null : reader.read(document.contents, 0);
  return { data, problems: reader.problems };
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
    const known = target === undefined ? undefined : this.#anchored.get(target);
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
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value !== 'number') {
      this.#report(node, 'A value of this type is not supported.', 'Write it as text, in quotes.');
      return null;
    }
    if (!Number.isFinite(value)) {
      this.#report(
        node,
        `Numbers must be finite. Received: ${node.source ?? value}`,
        'null can stand for "none".',
      );
    } else if (
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      /^[-+]?\d+$/.test(node.source ?? '')
    ) {
      this.#report(
        node,
        `This whole number would lose digits: it is beyond 2^53. Received: ${node.source}`,
        'Write it as text, in quotes.',
      );
    }
    return value;
  }

  #list(node: YAMLSeq, depth: number): unknown[] {
    return node.items.map((item) => (this.#yaml.isNode(item) ? this.#read(item, depth + 1) : null));
  }

  #map(node: YAMLMap, depth: number): Record<string, unknown> {
    const data: Record<string, unknown> = {};
    const merged: unknown[] = [];
    for (const pair of node.items) this.#pair(pair, depth, data, merged);
    // What stands here wins over what is merged, and an earlier merge over a later one.
    for (const source of merged) {
      for (const [key, value] of Object.entries(source ?? {}))
        if (!Object.hasOwn(data, key)) put(data, key, value);
    }
    return data;
  }

  #pair(pair: Pair, depth: number, data: Record<string, unknown>, merged: unknown[]): void {
    const key = this.#key(pair.key);
    if (key === undefined) return;
    const value = this.#yaml.isNode(pair.value) ? this.#read(pair.value, depth + 1) : null;
    if (key === '<<' && this.#yaml.isScalar(pair.key) && pair.key.type === 'PLAIN' && isMergeable(value)) {
      merged.push(...(Array.isArray(value) ? value : [value]));
    } else if (Object.hasOwn(data, key)) {
      this.#report(pair.key as Node, `The key '${key}' stands here twice.`, 'Remove or rename one of them.');
    } else {
      put(data, key, value);
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

function isMergeable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => !Array.isArray(item) && isMergeable(item));
  return typeof value === 'object' && value !== null;
}
