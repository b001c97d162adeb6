import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, errnoOf, explainWriteError, FermentError, temporaryNameFor } from '../../kit/index.ts';
import { type ObjectSink, PACKED_FILE_BYTES } from '../hash/hash-rows.ts';
import { type Manifest, parseManifest } from '../hash/manifest.ts';
import { hashFile, readSmallFile, SMALL_FILE_BYTES, sha256 } from '../hash/read.ts';
import { copyAndHash } from '../hash/stream.ts';
import { unreadable } from '../hash/walk.ts';
import { LooseObjects } from './loose-objects.ts';
import { PackBatch } from './pack-batch.ts';
import { readExtents } from './pack-file.ts';
import type { PackedObject } from './pack-table.ts';
import { Packs, recordsOf } from './packs.ts';

/** What became of a look at an object. */
export type ObjectState = 'good' | 'missing' | 'damaged';

/**
 * What was found damaged and moved to the quarantine: an object; so many objects of one pack that nobody wants to read
 * their names (`quarantined` is then the folder); or a pack, of which `saved` objects are left.
 */
export type Damaged =
  | { readonly kind: 'object'; readonly digest: Digest; readonly quarantined: string }
  | { readonly kind: 'objects'; readonly count: number; readonly quarantined: string }
  | { readonly kind: 'pack'; readonly quarantined: string; readonly saved: number };

export type OnDamaged = (damaged: Damaged) => void;

/** Up to so many damaged objects of a pack are told one by one. */
const NAMED_OBJECTS = 10;

/** An object as it lies in the store. The same may lie there twice, when two commands stored it at once. */
export interface StoredObject {
  readonly digest: Digest;
  readonly size: number;
  /** Absolute path of its own file, or of the pack that it is in. */
  readonly path: string;
  readonly packed: boolean;
}

/**
 * Objects by SHA-256: many small ones together in packs (`<state>/objects/pack/*.pack`), others as read-only files
 * `<state>/objects/ab/cdef…`. Both get their names by renaming what is complete: a name that exists has its whole
 * content, unless the disk or a person changed it, which is why whoever takes an object out verifies it.
 */
export class Store implements ObjectSink {
  readonly stateFolder: string;
  readonly #loose: LooseObjects;
  readonly #packs: Packs;
  readonly #onDamaged: OnDamaged;
  readonly #kept = new Set<Digest>();
  /** The one that was read last: it is asked for again by the next step. */
  #manifest: { readonly digest: Digest; readonly entries: WeakRef<Manifest> } | undefined;

  constructor(stateFolder: string, onDamaged: OnDamaged = () => {}) {
    this.stateFolder = stateFolder;
    const objects = join(stateFolder, 'objects');
    this.#loose = new LooseObjects(objects);
    this.#onDamaged = onDamaged;
    const quarantine = join(stateFolder, 'quarantine');
    this.#packs = new Packs(join(objects, 'pack'), quarantine, (quarantined, saved) =>
      onDamaged({ kind: 'pack', quarantined, saved }),
    );
  }

  /** Where the object with this digest is or would be, when it has a file of its own. */
  pathOf(digest: Digest): string {
    return this.#loose.pathOf(digest);
  }

  /** True when the object is there and, where the size is known, has it. Says nothing about its bytes. */
  has(digest: Digest, sizeBytes?: number): boolean {
    if (this.#knows(digest, sizeBytes)) return true;
    return this.#packs.refresh() && this.#isPacked(digest, sizeBytes);
  }

  /** The same without looking whether another command has made packs meanwhile. */
  #knows(digest: Digest, sizeBytes: number | undefined): boolean {
    if (this.#kept.has(digest)) return true;
    // Once the packs are known, asking them is cheaper than asking the file system; before, it is not.
    if (this.#packs.isLoaded) return this.#isPacked(digest, sizeBytes) || this.#isLoose(digest, sizeBytes);
    return this.#isLoose(digest, sizeBytes) || this.#isPacked(digest, sizeBytes);
  }

  #isLoose(digest: Digest, sizeBytes: number | undefined): boolean {
    const size = this.#loose.sizeOf(digest);
    return size !== undefined && (sizeBytes === undefined || size === sizeBytes);
  }

  /** Looks at the disk again for objects that this process stored: a sweep may have taken them away. */
  forget(): void {
    this.#kept.clear();
    this.#packs.forget();
  }

  #isPacked(digest: Digest, sizeBytes: number | undefined): boolean {
    if (sizeBytes !== undefined && sizeBytes > PACKED_FILE_BYTES) return false;
    const size = this.#packs.sizeOf(digest);
    return size !== undefined && (sizeBytes === undefined || size === sizeBytes);
  }

  /** Stores bytes whose digest is known. Throws NO_SPACE or STORE_UNWRITABLE. */
  keep(digest: Digest, bytes: Uint8Array): void {
    if (this.#knows(digest, bytes.length)) return;
    this.#loose.write(digest, bytes);
    this.#kept.add(digest);
  }

  /** Begins to store about `count` small objects in packs. */
  pack(count: number): PackBatch {
    const loose = this.#loose.names(count);
    return new PackBatch({
      folder: this.#packs.folder,
      has: (digest, size) =>
        this.#kept.has(digest) ||
        this.#isPacked(digest, size) ||
        (loose.mayHave(digest) && this.#loose.sizeOf(digest) === size),
      packed: (digests) => {
        for (const digest of digests) this.#kept.add(digest);
      },
    });
  }

  /**
   * Stores a file that was hashed before. Returns false when the file no longer has that content.
   * Throws NO_SPACE, STORE_UNWRITABLE, UNREADABLE.
   */
  async keepFile(file: string, digest: Digest, sizeBytes: number): Promise<boolean> {
    if (this.has(digest, sizeBytes)) return true;
    if (sizeBytes > SMALL_FILE_BYTES) return (await this.#copyIn(file, digest)) === digest;
    const read = readSmallFile(file, sizeBytes);
    if (read?.digest !== digest) return false;
    this.keep(digest, read.bytes);
    return true;
  }

  /** Stores a large file while it is hashed, and returns its digest. Throws as `keepFile` does. */
  hashLarge(file: string): Promise<Digest> {
    return this.#copyIn(file, undefined);
  }

  /**
   * Reads a file once, for its digest and for a copy; where the file system shares blocks between copies, only for the
   * digest of such a copy. It is stored unless another digest was expected.
   */
  async #copyIn(file: string, expected: Digest | undefined): Promise<Digest> {
    let digest: Digest | undefined;
    await this.keepCopy(async (target) => {
      digest = await copyAndHash(file, target);
      return expected === undefined || expected === digest ? digest : undefined;
    });
    return digest ?? unread(file);
  }

  /**
   * Stores a file that `copy` writes to a target and hashes; nothing where it returns undefined. Throws NO_SPACE,
   * STORE_UNWRITABLE, UNREADABLE, and what `copy` throws.
   */
  async keepCopy(copy: (target: string) => Promise<Digest | undefined>): Promise<void> {
    // Not in a shard, which is not known yet; there leftovers of a killed process are swept, too.
    const temporary = temporaryNameFor(join(this.stateFolder, 'object'));
    try {
      this.#loose.makeFolder(this.stateFolder);
      const digest = await copy(temporary);
      if (digest === undefined) return;
      if (!this.has(digest)) this.#loose.adopt(digest, temporary);
      this.#kept.add(digest);
    } catch (error) {
      throw explainWriteError(error, temporary);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Stores a folder's manifest, once its files are stored. `render` makes its canonical JSON, where it is not there yet. */
  keepManifest(digest: Digest, render: () => Uint8Array): void {
    if (!this.has(digest)) this.keep(digest, render());
  }

  /** The bytes of a small object. Throws OBJECT_MISSING or OBJECT_DAMAGED (and quarantines it). */
  read(digest: Digest): Buffer {
    const packed = this.locate(digest);
    const bytes = packed === undefined ? this.#loose.read(digest) : this.#readPacked(packed, digest);
    if (bytes === undefined) throw this.missing(digest);
    if (sha256(bytes) !== digest) throw this.quarantine(digest);
    return bytes;
  }

  /** The manifest object of a folder. Throws as `read` does. */
  readManifest(digest: Digest): Manifest {
    const known = this.#manifest?.digest === digest ? this.#manifest.entries.deref() : undefined;
    if (known !== undefined) return known;
    const entries = parseManifest(this.read(digest).toString());
    this.#manifest = { digest, entries: new WeakRef(entries) };
    return entries;
  }

  /** Where an object is in a pack, or undefined when it has a file of its own or is missing. */
  locate(digest: Digest): PackedObject | undefined {
    const packed = this.#packs.find(digest);
    if (packed !== undefined || this.#loose.has(digest)) return packed;
    return this.#packs.refresh() ? this.#packs.find(digest) : undefined;
  }

  /** Reads an object through and compares. A damaged one is quarantined. */
  async check(digest: Digest): Promise<ObjectState> {
    const packed = this.locate(digest);
    const size = packed?.size ?? this.#loose.sizeOf(digest);
    if (size === undefined) return 'missing';
    const found =
      packed === undefined
        ? await hashFile(this.pathOf(digest), size)
        : sha256(this.#readPacked(packed, digest));
    if (found === digest) return 'good';
    this.quarantine(digest);
    return 'damaged';
  }

  /**
   * Every object, loose ones first. What is added or removed meanwhile may or may not be among them. For gc: an object
   * with a file of its own goes with that file; for packed ones see `repack`.
   */
  *list(): Generator<StoredObject> {
    for (const loose of this.#loose.list()) yield { ...loose, packed: false };
    for (const pack of this.#packs.all())
      for (const { digest, size } of recordsOf(pack)) yield { digest, size, path: pack.path, packed: true };
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
    this.#kept.delete(digest);
    const packed = this.#packs.find(digest);
    if (packed === undefined) this.#quarantineLoose(digest);
    else this.#quarantinePacked(packed);
    return new FermentError(
      'OBJECT_DAMAGED',
      `Object ${digest} does not have the content that its name says.`,
      {
        hint: `It was moved to ${this.#quarantined(digest)}. Run the stage that makes it again: ferment repro`,
      },
    );
  }

  /** The error that says that an object is missing, which is looked at anew from now on. */
  missing(digest: Digest): FermentError {
    this.forget();
    return new FermentError('OBJECT_MISSING', `Object ${digest} is not in the store.`, {
      hint: 'Run the stage that makes it again: ferment repro',
    });
  }

  #quarantinePacked({ pack }: PackedObject): void {
    const damaged = this.#packs.purge(pack);
    for (const digest of damaged) this.#kept.delete(digest);
    if (damaged.length > NAMED_OBJECTS) {
      const quarantined = join(this.stateFolder, 'quarantine');
      this.#onDamaged({ kind: 'objects', count: damaged.length, quarantined });
      return;
    }
    for (const digest of damaged)
      this.#onDamaged({ kind: 'object', digest, quarantined: this.#quarantined(digest) });
  }

  #quarantineLoose(digest: Digest): void {
    const quarantined = this.#quarantined(digest);
    if (this.#loose.moveTo(quarantined, digest)) this.#onDamaged({ kind: 'object', digest, quarantined });
  }

  #quarantined(digest: Digest): string {
    return join(this.stateFolder, 'quarantine', digest);
  }

  #readPacked(packed: PackedObject, digest: Digest): Buffer {
    try {
      for (const { bytes } of readExtents(packed.pack.path, [packed])) return bytes;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw unreadable(error, packed.pack.path);
    }
    throw this.missing(digest);
  }
}

function unread(file: string): never {
  throw new FermentError('INTERNAL', `${file} was stored without being read.`);
}
