import type { Digest } from '../../kit/index.ts';
import { PACKED_FILE_BYTES } from '../hash/hash-rows.ts';
import type { LooseObjects } from './loose-objects.ts';
import { recordsOf } from './pack-records.ts';
import type { PackedObject } from './pack-table.ts';
import type { Packs } from './packs.ts';

/** An object as it lies in the store. The same may lie there twice, when two commands stored it at once. */
export interface StoredObject {
  readonly digest: Digest;
  readonly size: number;
  /** Absolute path of its own file, or of the pack that it is in. */
  readonly path: string;
  readonly packed: boolean;
}

/** Which objects are in the store, and what this process has stored and so need not look for. */
export class KnownObjects {
  readonly #loose: LooseObjects;
  readonly #packs: Packs;
  readonly #kept = new Set<Digest>();

  constructor(loose: LooseObjects, packs: Packs) {
    this.#loose = loose;
    this.#packs = packs;
  }

  /** True when the object is there and, where the size is known, has it. Says nothing about its bytes. */
  has(digest: Digest, sizeBytes?: number): boolean {
    if (this.knows(digest, sizeBytes)) return true;
    return this.#packs.refresh() && this.isPacked(digest, sizeBytes);
  }

  /** The same without looking whether another command has made packs meanwhile. */
  knows(digest: Digest, sizeBytes: number | undefined): boolean {
    if (this.#kept.has(digest)) return true;
    // Once the packs are known, asking them is cheaper than asking the file system; before, it is not.
    if (this.#packs.isLoaded) return this.isPacked(digest, sizeBytes) || this.#isLoose(digest, sizeBytes);
    return this.#isLoose(digest, sizeBytes) || this.isPacked(digest, sizeBytes);
  }

  /** True when this process stored it. */
  isKept(digest: Digest): boolean {
    return this.#kept.has(digest);
  }

  #isLoose(digest: Digest, sizeBytes: number | undefined): boolean {
    const size = this.#loose.sizeOf(digest);
    return size !== undefined && (sizeBytes === undefined || size === sizeBytes);
  }

  /** True when the object is in a pack and, where the size is known, has it. */
  isPacked(digest: Digest, sizeBytes: number | undefined): boolean {
    if (sizeBytes !== undefined && sizeBytes > PACKED_FILE_BYTES) return false;
    const size = this.#packs.sizeOf(digest);
    return size !== undefined && (sizeBytes === undefined || size === sizeBytes);
  }

  /** Where an object is in a pack, or undefined when it has a file of its own or is missing. */
  locate(digest: Digest): PackedObject | undefined {
    const packed = this.#packs.find(digest);
    if (packed !== undefined || this.#loose.has(digest)) return packed;
    return this.#packs.refresh() ? this.#packs.find(digest) : undefined;
  }

  /** Every object, loose ones first. What is added or removed meanwhile may or may not be among them. */
  *list(): Generator<StoredObject> {
    for (const loose of this.#loose.list()) yield { ...loose, packed: false };
    for (const pack of this.#packs.all())
      for (const { digest, size } of recordsOf(pack)) yield { digest, size, path: pack.path, packed: true };
  }

  /** Notes that this process stored an object. */
  keep(digest: Digest): void {
    this.#kept.add(digest);
  }

  /** Notes that an object was taken away. */
  drop(digest: Digest): void {
    this.#kept.delete(digest);
  }

  /** Looks at the disk again for objects that this process stored: a sweep may have taken them away. */
  forget(): void {
    this.#kept.clear();
    this.#packs.forget();
  }
}
