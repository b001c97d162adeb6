import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalf, toHalf } from '../../../src/engine/weights/half.ts';

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [0, 0],
  [-0, 0x8000],
  [65_504, 0x7bff],
  [65_519.996, 0x7bff],
  [65_520, 0x7c00],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000], // half of the smallest: the even one of both
  [2 ** -25 * 1.001, 0x0001],
  [1 + 2 ** -11, 0x3c00], // between 1 and the next: even
  [1 + 3 * 2 ** -11, 0x3c02],
  [0.1, 0x2e66],
  [-1e-8, 0x8000],
])('%d has the bits %i', (value, bits) => {
  expect([...toHalf(Float32Array.of(value))]).toEqual([bits]);
});

test('every half comes back as itself', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const back = toHalf(fromHalf(all));
  for (const bits of all) {
    const isNan = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    // One not-a-number is as good as another, and JavaScript keeps no sign of them.
    if (isNan) expect((back[bits] ?? 0) & 0x7fff).toBe(0x7e00);
    else expect(back[bits]).toBe(bits);
  }
});

test('no half is nearer than the one that is taken', () => {
  fc.assert(
    fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
      const [bits = 0] = toHalf(Float32Array.of(value));
      const off = (candidate: number): number =>
        Math.abs((fromHalf(Uint16Array.of(candidate))[0] ?? 0) - value);
      const neighbours = [bits - 1, bits + 1].filter((n) => n >= 0 && n <= 0xffff && (n & 0x7c00) !== 0x7c00);
      for (const neighbour of neighbours) expect(off(bits)).toBeLessThanOrEqual(off(neighbour));
    }),
  );
});
