import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { type Lock, readLock } from './lock.ts';
import { renderLock } from './render.ts';

/** The lock file as one command sees it: parsed again only when its bytes are others than this command knows. */
export class LockFile {
  readonly path: ProjectPath;
  readonly #absolute: string;
  readonly #root: string;
  #known: { readonly bytes: Buffer | undefined; readonly lock: Lock; readonly seen: string } | undefined;

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
    const lock = isSame ? known.lock : readLock(this.#root, this.path);
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
