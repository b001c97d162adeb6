import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, errnoOf, explainWriteError, FermentError, temporaryNameFor } from '../../kit/index.ts';
import type { ObjectSink } from '../hash/hasher.ts';
import { type Manifest, parseManifest, serializeManifest } from '../hash/manifest.ts';
import { hashFile, readSmallFile, SMALL_FILE_BYTES, sha256 } from '../hash/read.ts';
import { unreadable } from '../hash/walk.ts';

/** What became of a look at an object. */
export type ObjectState = 'good' | 'missing' | 'damaged';

/** Told of each object that was found damaged and moved to the quarantine. */
export type OnDamaged = (digest: Digest, quarantined: string) => void;

/**
 * Objects by SHA-256 in `<state>/objects/ab/cdef…`, read-only, placed by rename: a name that exists has its whole
 * content, unless the disk or a person changed it, which is why whoever takes an object out verifies it.
 */
export class Store implements ObjectSink {
  readonly stateFolder: string;
  readonly #objects: string;
  readonly #onDamaged: OnDamaged;
  readonly #kept = new Set<Digest>();
  readonly #folders = new Set<string>();
  #counter = 0;

  constructor(stateFolder: string, onDamaged: OnDamaged = () => {}) {
    this.stateFolder = stateFolder;
    this.#objects = join(stateFolder, 'objects');
    this.#onDamaged = onDamaged;
  }

  /** Where the object with this digest is or would be. */
  pathOf(digest: Digest): string {
    return `${this.#objects}/${digest.slice(0, 2)}/${digest.slice(2)}`;
  }

  /** True when the object is there and, where the size is known, has it. Says nothing about its bytes. */
  has(digest: Digest, sizeBytes?: number): boolean {
    if (this.#kept.has(digest)) return true;
    const size = sizeOf(this.pathOf(digest));
    return size !== undefined && (sizeBytes === undefined || size === sizeBytes);
  }

  /** Looks at the disk again for objects that this process stored: a sweep may have taken them away. */
  forget(): void {
    this.#kept.clear();
  }

  /** Stores bytes whose digest is known. Throws NO_SPACE or STORE_UNWRITABLE. */
  keep(digest: Digest, bytes: Uint8Array): void {
    if (this.has(digest, bytes.length)) return;
    this.#place(digest, (temporary) => {
      const fd = openSync(temporary, 'wx', 0o444);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      } finally {
        closeSync(fd);
      }
    });
  }

  /**
   * Stores a file that was hashed before: a reflink where the file system can, else a copy, hashed again after
   * copying. Returns false when the file no longer has that content. Throws NO_SPACE, STORE_UNWRITABLE, UNREADABLE.
   */
  async keepFile(file: string, digest: Digest, sizeBytes: number): Promise<boolean> {
    if (this.has(digest, sizeBytes)) return true;
    if (sizeBytes <= SMALL_FILE_BYTES) {
      const read = readSmallFile(file, sizeBytes);
      if (read?.digest !== digest) return false;
      this.keep(digest, read.bytes);
      return true;
    }
    const temporary = temporaryNameFor(this.pathOf(digest));
    try {
      this.#makeFolder(dirname(temporary));
      copyFileSync(file, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      if ((await hashFile(temporary, sizeBytes)) !== digest) return false;
      chmodSync(temporary, 0o444);
      renameSync(temporary, this.pathOf(digest));
      this.#kept.add(digest);
      return true;
    } catch (error) {
      throw explainWriteError(error, temporary);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Stores a folder's manifest, once its files are stored. */
  keepManifest(manifest: Manifest): Digest {
    const bytes = Buffer.from(serializeManifest(manifest));
    const digest = sha256(bytes);
    this.keep(digest, bytes);
    return digest;
  }

  /** The bytes of a small object. Throws OBJECT_MISSING or OBJECT_DAMAGED (and quarantines it). */
  read(digest: Digest): Buffer {
    const bytes = readObject(this.pathOf(digest), digest);
    if (sha256(bytes) !== digest) throw this.quarantine(digest);
    return bytes;
  }

  /** The manifest object of a folder. Throws as `read` does. */
  readManifest(digest: Digest): Manifest {
    return parseManifest(this.read(digest).toString());
  }

  /** Reads an object through and compares. A damaged one is quarantined. */
  async check(digest: Digest): Promise<ObjectState> {
    const path = this.pathOf(digest);
    const size = sizeOf(path);
    if (size === undefined) return 'missing';
    if ((await hashFile(path, size)) === digest) return 'good';
    this.quarantine(digest);
    return 'damaged';
  }

  /** Moves a damaged object out of the way, to `<state>/quarantine`, and returns the error that says so. */
  quarantine(digest: Digest): FermentError {
    const target = join(this.stateFolder, 'quarantine', digest);
    this.#kept.delete(digest);
    try {
      mkdirSync(dirname(target), { recursive: true });
      renameSync(this.pathOf(digest), target);
      this.#onDamaged(digest, target);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw explainWriteError(error, target);
    }
    return new FermentError(
      'OBJECT_DAMAGED',
      `Object ${digest} does not have the content that its name says.`,
      {
        hint: `It was moved to ${target}. Run the stage that makes it again: ferment repro`,
      },
    );
  }

  #place(digest: Digest, write: (temporary: string) => void): void {
    const path = this.pathOf(digest);
    const temporary = this.#temporaryName(path);
    try {
      this.#makeFolder(dirname(path));
      write(temporary);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainWriteError(error, path);
    }
    this.#kept.add(digest);
  }

  /** As kit's, but counting: a random number for each of a hundred thousand objects is slower than the write. */
  #temporaryName(path: string): string {
    this.#counter = (this.#counter + 1) >>> 0;
    const unique = this.#counter.toString(16).padStart(8, '0');
    return `${path.slice(0, path.lastIndexOf('/') + 1)}.object.${process.pid}.${unique}.tmp`;
  }

  #makeFolder(path: string): void {
    if (this.#folders.has(path)) return;
    mkdirSync(path, { recursive: true });
    this.#folders.add(path);
  }
}

/** The bytes of an object as they are. Throws OBJECT_MISSING or UNREADABLE. */
function readObject(path: string, digest: Digest): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw errnoOf(error) === 'ENOENT' ? missingObject(digest) : unreadable(error, path);
  }
}

export function missingObject(digest: Digest): FermentError {
  return new FermentError('OBJECT_MISSING', `Object ${digest} is not in the store.`, {
    hint: 'Run the stage that makes it again: ferment repro',
  });
}

function sizeOf(path: string): number | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.size;
  } catch (error) {
    throw unreadable(error, path);
  }
}
