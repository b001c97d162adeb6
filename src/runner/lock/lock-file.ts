import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf, writeFileAtomic } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { type Lock, readLock } from './lock.ts';
import { cacheEntries, readCachedEntries } from './lock-cache.ts';
import { renderLock } from './render.ts';

/** The lock file as one command sees it: parsed again only when its bytes are others than this command knows. */
export class LockFile {
  readonly path: ProjectPath;
  readonly #absolute: string;
  readonly #root: string;
  #known: { readonly bytes: Buffer | undefined; readonly lock: Lock; readonly seen: string } | undefined;

  /** The lock that is in the cache of parsed locks, as far as this command knows. */
  #cached: Digest | undefined;

  constructor(root: string, path: ProjectPath) {
    this.#root = root;
    this.path = path;
    this.#absolute = join(root, path);
  }

  /** As they were at the last look at the file. */
  get entries(): Lock['entries'] {
    return (this.#known?.lock ?? this.read()).entries;
  }

  /** True when the file looks different from when it was read or written here. Costs one stat. */
  hasChanged(): boolean {
    return this.#known?.seen !== this.#look();
  }

  /** What the file says now; as `readLock`. */
  read(): Lock {
    const seen = this.#look();
    const bytes = this.#bytes();
    const known = this.#known;
    const isSame = known?.bytes !== undefined && bytes !== undefined && known.bytes.equals(bytes);
    const lock = isSame ? known.lock : this.#parse(bytes);
    this.#known = { bytes, lock, seen };
    return lock;
  }

  /**
   * Writes the lock, whole or not at all; equal entries give equal bytes. An unchanged lock is not touched.
   * Throws NO_SPACE or STORE_UNWRITABLE.
   */
  write(entries: Lock['entries']): void {
    const bytes = Buffer.from(renderLock(entries));
    if (this.#bytes()?.equals(bytes) !== true) writeFileAtomic(this.#absolute, bytes);
    this.#known = { bytes, lock: { entries, warnings: [] }, seen: this.#look() };
  }

  /** Remembers what the lock says, for the next command to be fast. */
  save(): void {
    const { bytes, lock } = this.#known ?? {};
    if (bytes === undefined || lock === undefined || !isLarge(bytes) || lock.warnings.length > 0) return;
    const digest = digestOf(bytes);
    if (digest !== this.#cached) cacheEntries(this.#root, digest, lock.entries);
  }

  #parse(bytes: Buffer | undefined): Lock {
    if (bytes !== undefined && isLarge(bytes)) {
      const digest = digestOf(bytes);
      const entries = readCachedEntries(this.#root, digest);
      if (entries !== undefined) {
        this.#cached = digest;
        return { entries, warnings: [] };
      }
    }
    return readLock(this.#root, this.path);
  }

  #look(): string {
    const stat = statSync(this.#absolute, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? '' : [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
  }

  #bytes(): Buffer | undefined {
    try {
      return readFileSync(this.#absolute);
    } catch {
      // Reading it as a lock says why.
      return undefined;
    }
  }
}

/** A smaller lock is parsed in less time than it takes to look into the cache. */
const LARGE_BYTES = 32 * 1024;

function isLarge(bytes: Buffer): boolean {
  return bytes.length > LARGE_BYTES;
}
