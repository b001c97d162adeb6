import { readFileSync } from 'node:fs';
import { type Digest, isDigest } from '../../kit/index.ts';
import { STAT_WORDS } from './tree.ts';
import { replaceQuietly } from './tree-table.ts';

const VERSION = 2;

/** The memory of single files: stat words to digest. Loaded at the first question, saved as a whole. */
export class FileIndex {
  readonly #file: string;
  #entries: Map<string, readonly [string, Digest]> | undefined;
  #dirty = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** The digest that a file with exactly these stat words had. */
  get(path: string, stats: Float64Array): Digest | undefined {
    const entry = this.#load().get(path);
    return entry !== undefined && entry[0] === stats.join(' ') ? entry[1] : undefined;
  }

  set(path: string, stats: Float64Array, digest: Digest): void {
    this.#load().set(path, [stats.join(' '), digest]);
    this.#dirty = true;
  }

  save(): void {
    if (!this.#dirty || this.#entries === undefined) return;
    replaceQuietly(
      this.#file,
      JSON.stringify({ version: VERSION, files: Object.fromEntries(this.#entries) }),
    );
    this.#dirty = false;
  }

  #load(): Map<string, readonly [string, Digest]> {
    this.#entries ??= new Map(readEntries(this.#file));
    return this.#entries;
  }
}

function readEntries(file: string): [string, readonly [string, Digest]][] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return [];
    const { version, files } = value as Record<string, unknown>;
    if (version !== VERSION || typeof files !== 'object' || files === null) return [];
    return Object.entries(files).filter((entry): entry is [string, [string, Digest]] => isEntry(entry[1]));
  } catch {
    // Missing or damaged: everything is hashed again, which is all that the index saves.
    return [];
  }
}

function isEntry(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [stats, digest]: unknown[] = value;
  return typeof stats === 'string' && stats.split(' ').length === STAT_WORDS && isDigest(digest);
}
