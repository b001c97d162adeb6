const BITS = 16;
const RADIX_BITS = 11;
const BUCKETS = 1 << RADIX_BITS;
const PASSES = Math.ceil((2 * BITS) / RADIX_BITS);

/** Levels of a quad-tree over these codes. */
export const MORTON_LEVELS = BITS;

/** The square that holds all points. */
export interface Square {
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
}

/** Spreads the low 16 bits of a number to the even bits of 32. */
function spread(bits: number): number {
  let v = bits;
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

/** The smallest square around points `[n, 2]`; of width 1 when they are all in one place. */
export function squareAround(y: Float64Array): Square {
  let left = Number.POSITIVE_INFINITY;
  let bottom = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < y.length; i += 2) {
    const px = y[i] ?? 0;
    const py = y[i + 1] ?? 0;
    if (px < left) left = px;
    if (px > right) right = px;
    if (py < bottom) bottom = py;
    if (py > top) top = py;
  }
  return { left, bottom, width: Math.max(right - left, top - bottom) || 1 };
}

/** The Z-order of points `[n, 2]`: two bits a level from the top, which are the path to a point in a quad-tree. */
export function mortonCodes(y: Float64Array, square: Square, codes: Uint32Array): void {
  const scale = 65_535.999 / square.width;
  for (let i = 0; i < codes.length; i++) {
    const column = ((y[2 * i] ?? 0) - square.left) * scale;
    const row = ((y[2 * i + 1] ?? 0) - square.bottom) * scale;
    codes[i] = spread(column & 0xffff) | (spread(row & 0xffff) << 1);
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
