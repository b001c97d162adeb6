import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Digest, errnoOf, explainWriteError, makeFolder } from '../../kit/index.ts';
import { unreadable } from '../hash/unreadable.ts';
import { LooseNames, listLoose } from './loose.ts';

/** Objects with a file of their own: `<folder>/ab/cdef…`, read-only, complete from the moment they have that name. */
export class LooseObjects {
  readonly #folder: string;
  readonly #made = new Set<string>();
  #counter = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the object is, or would be. */
  pathOf(digest: Digest): string {
    return `${this.#folder}/${digest.slice(0, 2)}/${digest.slice(2)}`;
  }

  has(digest: Digest): boolean {
    return existsSync(this.pathOf(digest));
  }

  /** In bytes; undefined when it is missing. Throws UNREADABLE. */
  sizeOf(digest: Digest): number | undefined {
    const path = this.pathOf(digest);
    try {
      return lstatSync(path, { throwIfNoEntry: false })?.size;
    } catch (error) {
      throw unreadable(error, path);
    }
  }

  list(): ReturnType<typeof listLoose> {
    return listLoose(this.#folder);
  }

  /** For so many questions whether there may be an object. */
  names(questions: number): LooseNames {
    return new LooseNames(this.#folder, questions);
  }

  /** Throws NO_SPACE, STORE_UNWRITABLE. */
  write(digest: Digest, bytes: Uint8Array): void {
    const path = this.pathOf(digest);
    const temporary = this.#temporaryName(path);
    try {
      this.makeFolder(dirname(path));
      const fd = openSync(temporary, 'wx', 0o444);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      } finally {
        closeSync(fd);
      }
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainWriteError(error, path);
    }
  }

  /** Makes a file, which is complete and on the same file system, the object. */
  adopt(digest: Digest, file: string): void {
    const path = this.pathOf(digest);
    this.makeFolder(dirname(path));
    chmodSync(file, 0o444);
    renameSync(file, path);
  }

  /** Undefined when it is missing. Throws UNREADABLE. */
  read(digest: Digest): Buffer | undefined {
    const path = this.pathOf(digest);
    try {
      return readFileSync(path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw unreadable(error, path);
    }
  }

  /** Moves an object out of the way; false when it is missing. Throws STORE_UNWRITABLE. */
  moveTo(target: string, digest: Digest): boolean {
    try {
      makeFolder(dirname(target));
      renameSync(this.pathOf(digest), target);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw explainWriteError(error, target);
    }
  }

  /** Most often it is known to be there, and that costs nothing. */
  makeFolder(path: string): void {
    if (this.#made.has(path)) return;
    makeFolder(path);
    this.#made.add(path);
  }

  /** As kit's, but counting: a random number for each of a hundred thousand objects is slower than the write. */
  #temporaryName(path: string): string {
    this.#counter = (this.#counter + 1) >>> 0;
    const unique = this.#counter.toString(16).padStart(8, '0');
    return `${path.slice(0, path.lastIndexOf('/') + 1)}.object.${process.pid}.${unique}.tmp`;
  }
}
