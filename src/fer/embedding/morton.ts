import type { Matrix } from './matrix.ts';

const RADIX_BITS = 11;
const BUCKETS = 1 << RADIX_BITS;
const PASSES = Math.ceil(32 / RADIX_BITS);

/** Levels of a tree over these codes: bits per coordinate, so that all fit in 32. */
export const MORTON_LEVELS = { 2: 16, 3: 10 } as const;

/** The square or cube that holds all points. */
export interface Cube {
  readonly low: readonly number[];
  readonly width: number;
}

/** Spreads the low 16 bits of a number to the even bits of 32. */
function spreadBy2(bits: number): number {
  let v = bits;
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

/** Spreads the low 10 bits of a number to every third bit of 30. */
function spreadBy3(bits: number): number {
  let v = bits;
  v = (v | (v << 16)) & 0x030000ff;
  v = (v | (v << 8)) & 0x0300f00f;
  v = (v | (v << 4)) & 0x030c30c3;
  return (v | (v << 2)) & 0x09249249;
}

/** The smallest square or cube around a map's points; of width 1 when they are all in one place. */
export function cubeAround({ data, columns }: Matrix): Cube {
  const low = new Array<number>(columns).fill(Number.POSITIVE_INFINITY);
  let width = 0;
  for (let axis = 0; axis < columns; axis++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = axis; at < data.length; at += columns) {
      const value = data[at] ?? 0;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low[axis] = least;
    width = Math.max(width, most - least);
  }
  return { low, width: width || 1 };
}

/**
 * The Z-order of a map's points: as many bits a level as axes, from the top, which are the path to a point in a tree.
 */
export function mortonCodes({ data, columns }: Matrix, cube: Cube, codes: Uint32Array): void {
  const [left = 0, bottom = 0, back = 0] = cube.low;
  if (columns === 2) {
    const scale = 65_535.999 / cube.width;
    for (let i = 0; i < codes.length; i++) {
      const x = ((data[2 * i] ?? 0) - left) * scale;
      const y = ((data[2 * i + 1] ?? 0) - bottom) * scale;
      codes[i] = spreadBy2(x & 0xffff) | (spreadBy2(y & 0xffff) << 1);
    }
    return;
  }
  const scale = 1023.999 / cube.width;
  for (let i = 0; i < codes.length; i++) {
    const x = ((data[3 * i] ?? 0) - left) * scale;
    const y = ((data[3 * i + 1] ?? 0) - bottom) * scale;
    const z = ((data[3 * i + 2] ?? 0) - back) * scale;
    codes[i] = spreadBy3(x & 0x3ff) | (spreadBy3(y & 0x3ff) << 1) | (spreadBy3(z & 0x3ff) << 2);
  }
}

/** Room for sorting n codes again and again without making new arrays. */
export interface SortRoom {
  readonly codes: Uint32Array;
  readonly order: Uint32Array;
  readonly counts: Uint32Array;
}

export function createSortRoom(n: number): SortRoom {
  return { codes: new Uint32Array(n), order: new Uint32Array(n), counts: new Uint32Array(BUCKETS) };
}

/** Sorts codes in place by radix, stably, and `order` (0, 1, … before) with them. */
export function sortCodes(codes: Uint32Array, order: Uint32Array, room: SortRoom): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  let from = { codes, order };
  let to = { codes: room.codes, order: room.order };
  for (let pass = 0; pass < PASSES; pass++) {
    scatter(from, to, room.counts, pass * RADIX_BITS);
    [from, to] = [to, from];
  }
  if (from.codes !== codes) {
    codes.set(from.codes);
    order.set(from.order);
  }
}

function scatter(
  from: Pick<SortRoom, 'codes' | 'order'>,
  to: Pick<SortRoom, 'codes' | 'order'>,
  counts: Uint32Array,
  shift: number,
): void {
  counts.fill(0);
  for (let i = 0; i < from.codes.length; i++) {
    const digit = ((from.codes[i] ?? 0) >>> shift) & (BUCKETS - 1);
    counts[digit] = (counts[digit] ?? 0) + 1;
  }
  let start = 0;
  for (let digit = 0; digit < BUCKETS; digit++) {
    const size = counts[digit] ?? 0;
    counts[digit] = start;
    start += size;
  }
  for (let i = 0; i < from.codes.length; i++) {
    const code = from.codes[i] ?? 0;
    const digit = (code >>> shift) & (BUCKETS - 1);
    const place = counts[digit] ?? 0;
    counts[digit] = place + 1;
    to.codes[place] = code;
    to.order[place] = from.order[i] ?? 0;
  }
}
