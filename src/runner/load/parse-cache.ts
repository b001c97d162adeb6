import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../../kit/index.ts';
import { isObject } from '../schema/json-schema.ts';
import { readChecked, writeChecked } from './checked-file.ts';
import { type FloatAt, listFloats, restoreFloats } from './floats.ts';
import { put } from './object.ts';
import type { Parse } from './source-file.ts';

/** Changes when the same text gives other data. */
const VERSION = 4;
const MAX_TEXTS = 32;

/** What is remembered of a text: its data, and which of its numbers are floats. */
interface Entry {
  readonly data: unknown;
  readonly floats: readonly FloatAt[];
}

/**
 * The data of texts that were parsed before, by the digest of the text, in `.ferment/parsed.json`. Parsing YAML takes
 * most of the time of loading a project, and the texts are the same from one command to the next. A missing, damaged
 * or unwritable file only means that texts are parsed again.
 */
export class ParseCache {
  readonly #folder: string;
  #known: Readonly<Record<string, unknown>> | undefined;
  readonly #used = new Map<Digest, Entry>();
  #isNew = false;

  constructor(root: string) {
    this.#folder = join(root, '.ferment');
  }

  /** The data of a text, or what `parse` makes of it; only data without problems is remembered. */
  get(text: string, format: string, parse: Parse): ReturnType<Parse> {
    // The same text may be other data in another format.
    const digest = digestOf(format === 'yaml' ? text : `${format}\n${text}`);
    this.#known ??= this.#read();
    const known = this.#used.get(digest) ?? entryOf(this.#known, digest);
    if (known !== undefined) {
      this.#used.set(digest, known);
      return { data: known.data, problems: [] };
    }
    const parsed = parse(text);
    if (parsed.problems.length === 0) {
      this.#used.set(digest, { data: parsed.data, floats: listFloats(parsed.data) });
      this.#isNew = true;
    }
    return parsed;
  }

  /** Writes what is new, where the project has its `.ferment` folder; never fails. */
  save(): void {
    if (!this.#isNew || !existsSync(this.#folder)) return;
    const texts: Record<string, unknown> = {};
    const others = Object.entries(this.#known ?? {}).filter(([digest]) => !this.#used.has(digest as Digest));
    for (const [digest, entry] of [...this.#used, ...others].slice(0, MAX_TEXTS)) put(texts, digest, entry);
    writeChecked(this.#path, JSON.stringify({ version: VERSION, texts }));
  }

  get #path(): string {
    return join(this.#folder, 'parsed.json');
  }

  #read(): Readonly<Record<string, unknown>> {
    const text = readChecked(this.#path);
    if (text === undefined) return {};
    try {
      const saved: unknown = JSON.parse(text);
      return isObject(saved) && saved['version'] === VERSION && isObject(saved['texts'])
        ? saved['texts']
        : {};
    } catch {
      return {};
    }
  }
}

/** What is remembered under a digest, its floats marked; undefined when that is nothing, or damaged. */
function entryOf(known: Readonly<Record<string, unknown>>, digest: Digest): Entry | undefined {
  const entry = Object.hasOwn(known, digest) ? known[digest] : undefined;
  if (!isObject(entry) || !Object.hasOwn(entry, 'data') || !isFloats(entry['floats'])) return undefined;
  restoreFloats(entry['data'], entry['floats']);
  return { data: entry['data'], floats: entry['floats'] };
}

function isFloats(floats: unknown): floats is readonly FloatAt[] {
  return (
    Array.isArray(floats) &&
    floats.every((one) => Array.isArray(one) && Array.isArray(one[0]) && typeof one[1] === 'string')
  );
}
