import { statSync } from 'node:fs';
import { isFermentError, messageOf } from '../../kit/index.ts';
import { type ObjectPack, type ObjectSink, PACK_FILES } from '../hash/hash-rows.ts';
import { isIgnoredName } from '../hash/ignore.ts';
import { readSmallFile, SMALL_FILE_BYTES } from '../hash/read.ts';
import type { Store } from '../store/store.ts';
import { CacheObjects } from './cache-objects.ts';
import { KnownHashes } from './known-hashes.ts';
import { type Hashes, hashBytes, type Md5Reference, md5For } from './md5.ts';
import { ObjectKeeper, type OnRead } from './object-keeper.ts';

/** One file of a content; `path` is below the folder, empty for a content that is a file. */
export interface FileRow {
  readonly path: string;
  readonly hashes: Hashes;
  readonly executable: boolean;
}

/**
 * Contents under both of their names, MD5 and SHA-256: what was read once, from the workspace or from DVC's cache, is
 * known by either. Every object of the cache is held against its name while it is read.
 */
export class Contents {
  readonly cache: CacheObjects;
  readonly known = new KnownHashes();
  readonly keeper: ObjectKeeper;
  readonly store: Store;
  readonly isDry: boolean;
  readonly onRead: OnRead;

  constructor(cache: string, store: Store, isDry: boolean, onRead: OnRead) {
    this.cache = new CacheObjects(cache);
    this.keeper = new ObjectKeeper(store, { isDry, known: this.known, onRead });
    this.store = store;
    this.isDry = isDry;
    this.onRead = onRead;
  }

  /** Takes both digests of what the hasher reads; stores it, too, where that is wanted. */
  sink(isStoring: boolean): ObjectSink {
    return {
      keep: (digest, bytes) => {
        if (this.known.byDigest(digest) === undefined) this.known.note(hashBytes(bytes, digest));
        if (isStoring) this.keeper.keep(digest, bytes, undefined);
        this.onRead(bytes.length, true);
      },
      pack: (count) => {
        const pack = isStoring && !this.isDry ? this.store.pack(count) : undefined;
        return {
          add: (digest, bytes) => {
            if (this.known.byDigest(digest) === undefined) this.known.note(hashBytes(bytes, digest));
            if (isStoring) this.keeper.keep(digest, bytes, pack);
            this.onRead(bytes.length, true);
          },
          close: async () => pack?.close(),
          abort: () => pack?.abort(),
        };
      },
      hashLarge: async (path) => {
        const hashes = isStoring
          ? await this.keeper.keepLarge(path, () => true)
          : await this.keeper.hashLarge(path);
        return hashes.digest;
      },
    };
  }

  /** Reads a file of the workspace for both digests. Throws UNREADABLE. */
  async readFile(path: string, sizeBytes: number): Promise<Hashes> {
    if (sizeBytes <= SMALL_FILE_BYTES) {
      const read = readSmallFile(path, sizeBytes);
      if (read !== undefined) {
        this.onRead(read.bytes.length, true);
        return this.known.note(hashBytes(read.bytes, read.digest));
      }
    }
    return this.keeper.hashLarge(path);
  }

  /**
   * The files of a content of DVC's cache, with what the runner ignores left out; stored, where that is wanted.
   * Undefined when an object is missing or damaged; `cache.damaged` then says so.
   */
  async fromCache(
    reference: Md5Reference,
    { isStoring, executable = false }: { readonly isStoring: boolean; readonly executable?: boolean },
  ): Promise<readonly FileRow[] | undefined> {
    if (!reference.isFolder) {
      const hashes = await this.#file(reference, isStoring);
      return hashes === undefined ? undefined : [{ path: '', hashes, executable }];
    }
    const files = this.cache.listing(reference)?.filter(({ path }) => !path.split('/').some(isIgnoredName));
    if (files === undefined) return undefined;
    const isPacked = isStoring && !this.isDry && files.length >= PACK_FILES;
    const pack = isPacked ? this.store.pack(files.length) : undefined;
    const rows: FileRow[] = [];
    try {
      for (const { path, md5 } of files) {
        // All damaged files of the folder are told, not only the first.
        const file = { md5, isFolder: false, legacy: reference.legacy };
        const hashes = await this.#file(file, isStoring, pack);
        if (hashes !== undefined) rows.push({ path, hashes, executable: false });
      }
    } catch (error) {
      pack?.abort();
      throw error;
    }
    await pack?.close();
    return rows.length === files.length ? rows : undefined;
  }

  /** Stores bytes that are known by both digests. */
  keepBytes(hashes: Hashes, bytes: Uint8Array): void {
    this.keeper.keep(this.known.note(hashes).digest, bytes, undefined);
  }

  async #file(reference: Md5Reference, isStoring: boolean, pack?: ObjectPack): Promise<Hashes | undefined> {
    const known = this.known.byMd5(reference);
    if (known !== undefined && (!isStoring || this.keeper.has(known))) return known;
    const path = this.cache.usable(reference);
    if (path === undefined) return undefined;
    const isRight = (hashes: Hashes): boolean => md5For(hashes, reference) === reference.md5;
    try {
      const hashes = isStoring ? await this.#readAndKeep(path, isRight, pack) : await this.#read(path);
      if (isRight(hashes)) return hashes;
      return this.cache.complainOfContent(path);
    } catch (error) {
      if (isFermentError(error) && error.code === 'UNREADABLE')
        return this.cache.complain(path, messageOf(error));
      throw error;
    }
  }

  #read(path: string): Promise<Hashes> {
    return this.readFile(path, statSync(path).size);
  }

  async #readAndKeep(
    path: string,
    isRight: (hashes: Hashes) => boolean,
    pack: ObjectPack | undefined,
  ): Promise<Hashes> {
    const { size } = statSync(path);
    const read = size <= SMALL_FILE_BYTES ? readSmallFile(path, size) : undefined;
    if (read === undefined) return this.keeper.keepLarge(path, isRight);
    const hashes = hashBytes(read.bytes, read.digest);
    if (isRight(hashes)) this.keeper.keep(this.known.note(hashes).digest, read.bytes, pack);
    this.onRead(size, true);
    return hashes;
  }
}
