import { constants, copyFileSync } from 'node:fs';
import { type Digest, errnoOf, FermentError } from '../../kit/index.ts';
import { type ObjectPack, PACKED_FILE_BYTES } from '../hash/hash-rows.ts';
import { unreadable } from '../hash/unreadable.ts';
import type { Store } from '../store/store.ts';
import type { KnownHashes } from './known-hashes.ts';
import { type Hashes, hashLargeFile } from './md5.ts';

/** What is told while contents are read. */
export type OnRead = (bytes: number, isWholeFile: boolean) => void;

interface KeeperOptions {
  /** Count only. */
  readonly isDry: boolean;
  readonly known: KnownHashes;
  readonly onRead: OnRead;
}

/** Puts objects into the store, each once, and counts the new ones. */
export class ObjectKeeper {
  readonly #store: Store;
  readonly #isDry: boolean;
  readonly #known: KnownHashes;
  readonly #onRead: OnRead;
  readonly #stored = new Set<Digest>();
  #objects = 0;
  #bytes = 0;

  constructor(store: Store, { isDry, known, onRead }: KeeperOptions) {
    this.#store = store;
    this.#isDry = isDry;
    this.#known = known;
    this.#onRead = onRead;
  }

  /** Objects that this command put into the store (on a dry run: would have put), and their bytes. */
  get imported(): { readonly objects: number; readonly bytes: number } {
    return { objects: this.#objects, bytes: this.#bytes };
  }

  has({ digest, size }: Hashes): boolean {
    return this.#stored.has(digest) || this.#store.has(digest, size);
  }

  /** Counts an object that is about to be stored. True when it is new. */
  countNew(digest: Digest, size: number): boolean {
    if (this.#stored.has(digest)) return false;
    this.#stored.add(digest);
    if (this.#store.has(digest, size)) return false;
    this.#objects++;
    this.#bytes += size;
    return true;
  }

  keep(digest: Digest, bytes: Uint8Array, pack: ObjectPack | undefined): void {
    if (!this.countNew(digest, bytes.length) || this.#isDry) return;
    if (pack !== undefined && bytes.length <= PACKED_FILE_BYTES) pack.add(digest, bytes);
    else this.#store.keep(digest, bytes);
  }

  async hashLarge(path: string): Promise<Hashes> {
    const hashes = this.#known.note(await hashLargeFile(path, (count) => this.#onRead(count, false)));
    this.#onRead(0, true);
    return hashes;
  }

  /** The digests of a large file, and the file stored where they are right. */
  async keepLarge(path: string, isRight: (hashes: Hashes) => boolean): Promise<Hashes> {
    if (this.#isDry) {
      const hashes = await this.hashLarge(path);
      if (isRight(hashes)) this.countNew(hashes.digest, hashes.size);
      return hashes;
    }
    const seen: Hashes[] = [];
    await this.#store.keepCopy(async (copy) => {
      cloneOrCopy(path, copy);
      const hashes = await hashLargeFile(copy, (count) => this.#onRead(count, false));
      seen.push(hashes);
      if (!isRight(hashes)) return undefined;
      this.countNew(this.#known.note(hashes).digest, hashes.size);
      return hashes.digest;
    });
    this.#onRead(0, true);
    const [hashes] = seen;
    if (hashes === undefined) throw new FermentError('INTERNAL', `${path} was stored without being read.`);
    return hashes;
  }
}

function cloneOrCopy(file: string, copy: string): void {
  try {
    copyFileSync(file, copy, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (error) {
    throw errnoOf(error) === 'ENOSPC' ? error : unreadable(error, file);
  }
}
