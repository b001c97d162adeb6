import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf, isFermentError, writeFileAtomic } from '../../kit/index.ts';
import { isObject } from '../schema/json-schema.ts';
import { put } from './object.ts';
import { readText } from './read-text.ts';

/** Changes when the same text gives other data. */
const VERSION = 1;
const MAX_TEXTS = 32;

/**
 * The data of texts that were parsed before, by the digest of the text, in `.ferment/parsed.json`. Parsing YAML takes
 * most of the time of loading a project, and the texts are the same from one command to the next. A missing, damaged
 * or unwritable file only means that texts are parsed again.
 */
export class ParseCache {
  readonly #folder: string;
  #known: Readonly<Record<string, unknown>> | undefined;
  readonly #used = new Map<Digest, unknown>();
  #isNew = false;

  constructor(root: string) {
    this.#folder = join(root, '.ferment');
  }

  /** The data of a text, or what `parse` makes of it; only data without problems is remembered. */
  get<T extends { readonly data: unknown; readonly problems: readonly unknown[] }>(
    text: string,
    parse: (text: string) => T,
  ): { readonly data: unknown; readonly problems: T['problems'] | readonly [] } {
    const digest = digestOf(text);
    this.#known ??= this.#read();
    if (Object.hasOwn(this.#known, digest)) {
      const data = this.#known[digest];
      this.#used.set(digest, data);
      return { data, problems: [] };
    }
    const parsed = parse(text);
    if (parsed.problems.length === 0) {
      this.#used.set(digest, parsed.data);
      this.#isNew = true;
    }
    return parsed;
  }

  /** Writes what is new, where the project has its `.ferment` folder; never fails. */
  save(): void {
    if (!this.#isNew || !existsSync(this.#folder)) return;
    const texts: Record<string, unknown> = {};
    const others = Object.entries(this.#known ?? {}).filter(([digest]) => !this.#used.has(digest as Digest));
    for (const [digest, data] of [...this.#used, ...others].slice(0, MAX_TEXTS)) put(texts, digest, data);
    try {
      writeFileAtomic(this.#path, JSON.stringify({ version: VERSION, texts }), { durable: false });
    } catch (error) {
      // A full or read-only disk is no reason not to load a project.
      if (!isFermentError(error)) throw error;
    }
  }

  get #path(): string {
    return join(this.#folder, 'parsed.json');
  }

  #read(): Readonly<Record<string, unknown>> {
    const read = readText(this.#path);
    if (read.kind !== 'text') return {};
    try {
      const saved: unknown = JSON.parse(read.text);
      return isObject(saved) && saved['version'] === VERSION && isObject(saved['texts'])
        ? saved['texts']
        : {};
    } catch {
      return {};
    }
  }
}
