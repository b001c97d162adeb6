import { hash } from 'node:crypto';
import { constants, copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, errnoOf, FermentError, isFermentError, messageOf } from '../../kit/index.ts';
import { type ObjectPack, type ObjectSink, PACK_FILES, PACKED_FILE_BYTES } from '../hash/hash-rows.ts';
import { isIgnoredName } from '../hash/ignore.ts';
import { readSmallFile, SMALL_FILE_BYTES } from '../hash/read.ts';
import { unreadable } from '../hash/walk.ts';
import type { Store } from '../store/store.ts';
import { type ListedFile, parseListing } from './listing.ts';
import { type Hashes, hashBytes, hashLargeFile, type Md5Reference, md5For } from './md5.ts';

/** What is told while contents are read. */
export type OnRead = (bytes: number, isWholeFile: boolean) => void;

/** One file of a content; `path` is below the folder, empty for a content that is a file. */
export interface FileRow {
  readonly path: string;
  readonly hashes: Hashes;
  readonly executable: boolean;
}

/** An object of DVC's cache that cannot be used, and why. */
export interface DamagedObject {
  readonly path: string;
  readonly problem: string;
}

/**
 * Contents under both of their names, MD5 and SHA-256: what was read once, from the workspace or from DVC's cache, is
 * known by either. Every object of the cache is held against its name while it is read.
 */
export class Contents {
  readonly damaged: DamagedObject[] = [];
  readonly store: Store;
  readonly isDry: boolean;
  readonly onRead: OnRead;
  readonly #cache: string;
  readonly #byDigest = new Map<Digest, Hashes>();
  readonly #byMd5 = new Map<string, Hashes>();
  readonly #stored = new Set<Digest>();
  readonly #unusable = new Set<string>();
  #objects = 0;
  #bytes = 0;

  constructor(cache: string, store: Store, isDry: boolean, onRead: OnRead) {
    this.#cache = cache;
    this.store = store;
    this.isDry = isDry;
    this.onRead = onRead;
  }

  /** Objects that this command put into the store (on a dry run: would have put), and their bytes. */
  get imported(): { readonly objects: number; readonly bytes: number } {
    return { objects: this.#objects, bytes: this.#bytes };
  }

  /** What is known of a content by its SHA-256. */
  known(digest: Digest): Hashes | undefined {
    return this.#byDigest.get(digest);
  }

  /** What is known of a content by the MD5 of a file. */
  knownByMd5(reference: Md5Reference): Hashes | undefined {
    return this.#byMd5.get(keyOf(reference));
  }

  note(hashes: Hashes): Hashes {
    this.#byDigest.set(hashes.digest, hashes);
    this.#byMd5.set(keyOf({ md5: hashes.md5, legacy: false }), hashes);
    this.#byMd5.set(keyOf({ md5: hashes.dos, legacy: true }), hashes);
    return hashes;
  }

  /** Takes both digests of what the hasher reads; stores it, too, where that is wanted. */
  sink(isStoring: boolean): ObjectSink {
    return {
      keep: (digest, bytes) => {
        if (!this.#byDigest.has(digest)) this.note(hashBytes(bytes, digest));
        if (isStoring) this.#keep(digest, bytes, undefined);
        this.onRead(bytes.length, true);
      },
      pack: (count) => {
        const pack = isStoring && !this.isDry ? this.store.pack(count) : undefined;
        return {
          add: (digest, bytes) => {
            if (!this.#byDigest.has(digest)) this.note(hashBytes(bytes, digest));
            if (isStoring) this.#keep(digest, bytes, pack);
            this.onRead(bytes.length, true);
          },
          close: async () => pack?.close(),
          abort: () => pack?.abort(),
        };
      },
      hashLarge: async (path) => {
        const hashes = isStoring ? await this.#keepLarge(path, () => true) : await this.#hashLarge(path);
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
        return this.note(hashBytes(read.bytes, read.digest));
      }
    }
    return this.#hashLarge(path);
  }

  /**
   * The files of a content of DVC's cache, with what the runner ignores left out; stored, where that is wanted.
   * Undefined when an object is missing or damaged; `damaged` then says so.
   */
  async fromCache(
    reference: Md5Reference,
    { isStoring, executable = false }: { readonly isStoring: boolean; readonly executable?: boolean },
  ): Promise<readonly FileRow[] | undefined> {
    if (!reference.isFolder) {
      const hashes = await this.#file(reference, isStoring);
      return hashes === undefined ? undefined : [{ path: '', hashes, executable }];
    }
    const files = this.listing(reference)?.filter(({ path }) => !path.split('/').some(isIgnoredName));
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

  /** What a folder's object lists, or undefined when it is missing or damaged. */
  listing(reference: Md5Reference): readonly ListedFile[] | undefined {
    const path = this.locate(reference);
    if (path === undefined || this.#unusable.has(path)) return undefined;
    try {
      const bytes = readFileSync(path);
      const isRight = hash('md5', bytes, 'hex') === reference.md5;
      const files = isRight ? parseListing(bytes) : OTHER_CONTENT;
      return typeof files === 'string' ? this.complain(path, files) : files;
    } catch (error) {
      return this.complain(path, messageOf(error));
    }
  }

  /** Stores bytes that are known by both digests. */
  keepBytes(hashes: Hashes, bytes: Uint8Array): void {
    this.#keep(this.note(hashes).digest, bytes, undefined);
  }

  /** Where the cache has an object: DVC 3's place for its own, the place of DVC 2 for legacy ones. */
  locate(reference: Md5Reference): string | undefined {
    const { md5, isFolder, legacy } = reference;
    const name = `${md5.slice(0, 2)}/${md5.slice(2)}${isFolder ? '.dir' : ''}`;
    const places = [join(this.#cache, 'files', 'md5', name), join(this.#cache, name)];
    return (legacy ? places.reverse() : places).find(isRegularFile);
  }

  async #file(reference: Md5Reference, isStoring: boolean, pack?: ObjectPack): Promise<Hashes | undefined> {
    const known = this.knownByMd5(reference);
    if (known !== undefined && (!isStoring || this.#has(known))) return known;
    const path = this.locate(reference);
    if (path === undefined || this.#unusable.has(path)) return undefined;
    const isRight = (hashes: Hashes): boolean => md5For(hashes, reference) === reference.md5;
    try {
      const hashes = isStoring ? await this.#readAndKeep(path, isRight, pack) : await this.#read(path);
      if (isRight(hashes)) return hashes;
      return this.complain(path, OTHER_CONTENT);
    } catch (error) {
      if (isFermentError(error) && error.code === 'UNREADABLE') return this.complain(path, messageOf(error));
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
    if (read === undefined) return this.#keepLarge(path, isRight);
    const hashes = hashBytes(read.bytes, read.digest);
    if (isRight(hashes)) this.#keep(this.note(hashes).digest, read.bytes, pack);
    this.onRead(size, true);
    return hashes;
  }

  #has({ digest, size }: Hashes): boolean {
    return this.#stored.has(digest) || this.store.has(digest, size);
  }

  /** Counts an object that is about to be stored. True when it is new. */
  countNew(digest: Digest, size: number): boolean {
    if (this.#stored.has(digest)) return false;
    this.#stored.add(digest);
    if (this.store.has(digest, size)) return false;
    this.#objects++;
    this.#bytes += size;
    return true;
  }

  #keep(digest: Digest, bytes: Uint8Array, pack: ObjectPack | undefined): void {
    if (!this.countNew(digest, bytes.length) || this.isDry) return;
    if (pack !== undefined && bytes.length <= PACKED_FILE_BYTES) pack.add(digest, bytes);
    else this.store.keep(digest, bytes);
  }

  async #hashLarge(path: string): Promise<Hashes> {
    const hashes = this.note(await hashLargeFile(path, (count) => this.onRead(count, false)));
    this.onRead(0, true);
    return hashes;
  }

  /** The digests of a large file, and the file stored where they are right. */
  async #keepLarge(path: string, isRight: (hashes: Hashes) => boolean): Promise<Hashes> {
    if (this.isDry) {
      const hashes = await this.#hashLarge(path);
      if (isRight(hashes)) this.countNew(hashes.digest, hashes.size);
      return hashes;
    }
    const seen: Hashes[] = [];
    await this.store.keepCopy(async (copy) => {
      cloneOrCopy(path, copy);
      const hashes = await hashLargeFile(copy, (count) => this.onRead(count, false));
      seen.push(hashes);
      if (!isRight(hashes)) return undefined;
      this.countNew(this.note(hashes).digest, hashes.size);
      return hashes.digest;
    });
    this.onRead(0, true);
    const [hashes] = seen;
    if (hashes === undefined) throw new FermentError('INTERNAL', `${path} was stored without being read.`);
    return hashes;
  }

  /** The same for an object whose content is not that of its name. */
  complainOfContent(path: string): undefined {
    return this.complain(path, OTHER_CONTENT);
  }

  /** Notes a damaged object, once; it counts as missing from then on. */
  complain(path: string, problem: string): undefined {
    if (this.#unusable.has(path)) return undefined;
    this.#unusable.add(path);
    this.damaged.push({ path, problem });
    return undefined;
  }
}

function keyOf({ md5, legacy }: { readonly md5: string; readonly legacy: boolean }): string {
  return legacy ? `dos ${md5}` : md5;
}

function cloneOrCopy(file: string, copy: string): void {
  try {
    copyFileSync(file, copy, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (error) {
    throw errnoOf(error) === 'ENOSPC' ? error : unreadable(error, file);
  }
}

const OTHER_CONTENT = 'its content is not what its name says';

/** Objects may be links: `dvc cache migrate` leaves links at the old places. */
function isRegularFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
