import { join } from 'node:path';
import type { Digest, FermentError } from '../../kit/index.ts';
import type { ObjectSink } from '../hash/hash-rows.ts';
import type { Manifest } from '../hash/manifest.ts';
import { readSmallFile, SMALL_FILE_BYTES } from '../hash/read.ts';
import { type CopyTarget, copyIn, keepCopy } from './copy-in.ts';
import { KnownObjects, type StoredObject } from './known-objects.ts';
import { LooseObjects } from './loose-objects.ts';
import { ObjectReader, type ObjectState } from './object-reader.ts';
import { PackBatch } from './pack-batch.ts';
import type { PackedObject } from './pack-table.ts';
import { Packs } from './packs.ts';
import { type OnDamaged, Quarantine } from './quarantine.ts';

/**
 * Objects by SHA-256: many small ones together in packs (`<state>/objects/pack/*.pack`), others as read-only files
 * `<state>/objects/ab/cdef…`. Both get their names by renaming what is complete: a name that exists has its whole
 * content, unless the disk or a person changed it, which is why whoever takes an object out verifies it.
 */
export class Store implements ObjectSink {
  readonly stateFolder: string;
  readonly #loose: LooseObjects;
  readonly #packs: Packs;
  readonly #known: KnownObjects;
  readonly #quarantine: Quarantine;
  readonly #reader: ObjectReader;
  readonly #copies: CopyTarget;

  constructor(stateFolder: string, onDamaged: OnDamaged = () => {}) {
    this.stateFolder = stateFolder;
    const objects = join(stateFolder, 'objects');
    this.#loose = new LooseObjects(objects);
    const quarantine = join(stateFolder, 'quarantine');
    this.#packs = new Packs(join(objects, 'pack'), quarantine, (quarantined, saved) =>
      onDamaged({ kind: 'pack', quarantined, saved }),
    );
    this.#known = new KnownObjects(this.#loose, this.#packs);
    const all = { loose: this.#loose, packs: this.#packs, known: this.#known };
    this.#quarantine = new Quarantine(quarantine, all, onDamaged);
    this.#reader = new ObjectReader(this.#loose, this.#known, this.#quarantine);
    this.#copies = { stateFolder, loose: this.#loose, known: this.#known };
  }

  /** Where the object with this digest is or would be, when it has a file of its own. */
  pathOf(digest: Digest): string {
    return this.#loose.pathOf(digest);
  }

  /** True when the object is there and, where the size is known, has it. Says nothing about its bytes. */
  has(digest: Digest, sizeBytes?: number): boolean {
    return this.#known.has(digest, sizeBytes);
  }

  /** Looks at the disk again for objects that this process stored: a sweep may have taken them away. */
  forget(): void {
    this.#known.forget();
  }

  /** Stores bytes whose digest is known. Throws NO_SPACE or STORE_UNWRITABLE. */
  keep(digest: Digest, bytes: Uint8Array): void {
    if (this.#known.knows(digest, bytes.length)) return;
    this.#loose.write(digest, bytes);
    this.#known.keep(digest);
  }

  /** Begins to store about `count` small objects in packs. */
  pack(count: number): PackBatch {
    const loose = this.#loose.names(count);
    return new PackBatch({
      folder: this.#packs.folder,
      has: (digest, size) =>
        this.#known.isKept(digest) ||
        this.#known.isPacked(digest, size) ||
        (loose.mayHave(digest) && this.#loose.sizeOf(digest) === size),
      packed: (digests) => {
        for (const digest of digests) this.#known.keep(digest);
      },
    });
  }

  /**
   * Stores a file that was hashed before. Returns false when the file no longer has that content.
   * Throws NO_SPACE, STORE_UNWRITABLE, UNREADABLE.
   */
  async keepFile(file: string, digest: Digest, sizeBytes: number): Promise<boolean> {
    if (this.has(digest, sizeBytes)) return true;
    if (sizeBytes > SMALL_FILE_BYTES) return (await copyIn(this.#copies, file, digest)) === digest;
    const read = readSmallFile(file, sizeBytes);
    if (read?.digest !== digest) return false;
    this.keep(digest, read.bytes);
    return true;
  }

  /** Stores a large file while it is hashed, and returns its digest. Throws as `keepFile` does. */
  hashLarge(file: string): Promise<Digest> {
    return copyIn(this.#copies, file, undefined);
  }

  /**
   * Stores a file that `copy` writes to a target and hashes; nothing where it returns undefined. Throws NO_SPACE,
   * STORE_UNWRITABLE, UNREADABLE, and what `copy` throws.
   */
  keepCopy(copy: (target: string) => Promise<Digest | undefined>): Promise<void> {
    return keepCopy(this.#copies, copy);
  }

  /** Stores a folder's manifest, once its files are stored. `render` makes its canonical JSON, where it is not there yet. */
  keepManifest(digest: Digest, render: () => Uint8Array): void {
    if (!this.has(digest)) this.keep(digest, render());
  }

  /** The bytes of a small object. Throws OBJECT_MISSING or OBJECT_DAMAGED (and quarantines it). */
  read(digest: Digest): Buffer {
    return this.#reader.read(digest);
  }

  /** The manifest object of a folder. Throws as `read` does. */
  readManifest(digest: Digest): Manifest {
    return this.#reader.readManifest(digest);
  }

  /** Where an object is in a pack, or undefined when it has a file of its own or is missing. */
  locate(digest: Digest): PackedObject | undefined {
    return this.#known.locate(digest);
  }

  /** Reads an object through and compares. A damaged one is quarantined. */
  check(digest: Digest): Promise<ObjectState> {
    return this.#reader.check(digest);
  }

  /**
   * Every object, loose ones first. What is added or removed meanwhile may or may not be among them. For gc: an object
   * with a file of its own goes with that file; for packed ones see `repack`.
   */
  list(): Generator<StoredObject> {
    return this.#known.list();
  }

  /**
   * Writes the objects of a pack that are wanted and good into a new pack, and leaves the old one to the caller, who
   * removes it: being killed between the two leaves both, which is no harm. Returns the path of the new pack, undefined
   * when nothing in it is wanted, or the path of the old one when all of it is: then it must stay.
   * Throws NO_SPACE, STORE_UNWRITABLE, UNREADABLE.
   */
  repack(path: string, isWanted: (digest: Digest) => boolean): string | undefined {
    return this.#packs.repack(path, isWanted);
  }

  /** Moves a damaged object out of the way, to `<state>/quarantine`, and returns the error that says so. */
  quarantine(digest: Digest): FermentError {
    return this.#quarantine.take(digest);
  }

  /** The error that says that an object is missing, which is looked at anew from now on. */
  missing(digest: Digest): FermentError {
    return this.#reader.missing(digest);
  }
}
