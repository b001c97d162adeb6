import type { Digest } from '../../kit/index.ts';
import type { Extent, Pack } from './pack-file.ts';
import { HEAD_BYTES } from './pack-format.ts';

const DIGEST_BYTES = 32;

/** A packed object, and where it is. */
export interface PackedObject extends Extent {
  readonly pack: Pack;
}

/**
 * Finds objects in many packs: an open-addressed hash table over the digests as they stand in the indexes, 8 to 16
 * bytes an object beside these. (A Map of strings would take 150.)
 */
export class PackTable {
  readonly #packs: readonly Pack[];
  /** The number of the first object of each pack, and of all. */
  readonly #starts: Float64Array;
  /** Number of the object plus one; 0 is free. */
  readonly #slots: Uint32Array;
  readonly #wanted = Buffer.alloc(DIGEST_BYTES);

  constructor(packs: readonly Pack[]) {
    this.#packs = packs;
    this.#starts = new Float64Array(packs.length + 1);
    for (const [i, pack] of packs.entries()) this.#starts[i + 1] = (this.#starts[i] ?? 0) + pack.count;
    const count = this.#starts[packs.length] ?? 0;
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * count + 2)));
    for (const [i, pack] of packs.entries()) this.#insert(pack, this.#starts[i] ?? 0);
  }

  find(digest: Digest): PackedObject | undefined {
    const found = this.#find(digest);
    if (found === undefined) return undefined;
    const [pack, row] = found;
    return { pack, offset: pack.offsetAt(row), size: pack.sizeAt(row) };
  }

  sizeOf(digest: Digest): number | undefined {
    const found = this.#find(digest);
    return found?.[0].sizeAt(found[1]);
  }

  #find(digest: Digest): readonly [Pack, number] | undefined {
    if (this.#packs.length === 0) return undefined;
    this.#wanted.write(digest, 'hex');
    const number = this.#slots[this.#slotOf(this.#wanted, 0)] ?? 0;
    return number === 0 ? undefined : this.#place(number - 1);
  }

  #insert(pack: Pack, start: number): void {
    for (let row = 0; row < pack.count; row++) {
      const slot = this.#slotOf(pack.index, row * HEAD_BYTES);
      // Of an object that several packs have, the first is as good as any.
      if (this.#slots[slot] === 0) this.#slots[slot] = start + row + 1;
    }
  }

  /** The slot that has this digest, or the free one where it would be. */
  #slotOf(bytes: Buffer, at: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = bytes.readUInt32LE(at) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const [pack, row] = this.#place(number - 1);
      const begin = row * HEAD_BYTES;
      if (pack.index.compare(bytes, at, at + DIGEST_BYTES, begin, begin + DIGEST_BYTES) === 0) return slot;
    }
  }

  #place(number: number): readonly [Pack, number] {
    let low = 0;
    for (let high = this.#packs.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= number) low = middle;
      else high = middle;
    }
    const pack = this.#packs[low];
    if (pack === undefined) throw new RangeError(`No pack has object ${number}`);
    return [pack, number - (this.#starts[low] ?? 0)];
  }
}
