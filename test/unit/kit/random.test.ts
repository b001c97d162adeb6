import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/kit/index.ts';

describe('createRandom', () => {
  it('gives the same numbers for the same seed and labels, whatever the machine', () => {
    const random = createRandom(42, 'train', 3);
    expect([random.uint32(), random.uint32(), random.uint32()]).toMatchInlineSnapshot(`
      [
        175187619,
        1807800138,
        2501600323,
      ]
    `);
  });

  it('gives other numbers for another label', () => {
    expect(createRandom(42, 'a').uint32()).not.toBe(createRandom(42, 'b').uint32());
  });

  it('forks independently of what was drawn before', () => {
    const a = createRandom(1, 'x');
    a.next();
    expect(a.fork('y').uint32()).toBe(createRandom(1, 'x', 'y').uint32());
  });

  it('goes on from a saved state exactly', () => {
    const random = createRandom(7);
    random.normal();
    const state = random.state();
    const expected = [random.next(), random.normal(), random.below(10)];
    const other = createRandom(8);
    other.restore(state);
    expect([other.next(), other.normal(), other.below(10)]).toEqual(expected);
  });

  it('has a state of unsigned 32-bit words, which a generator of other labels goes on from as well', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(20), (seed, drawn) => {
        const random = createRandom(seed);
        for (let i = 0; i < drawn; i++) random.uint32();
        const state = random.state();
        const other = createRandom('other');
        other.restore(state);
        expect(state.every((word) => word === word >>> 0)).toBe(true);
        expect(other.state()).toEqual(state);
        expect(other.uint32()).toBe(random.uint32());
      }),
    );
  });

  it('keeps below(n) in range and uniform(a, b) between a and b', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, n) => {
        const random = createRandom(seed);
        const k = random.below(n);
        const u = random.uniform(-2, 3);
        return k >= 0 && k < n && Number.isInteger(k) && u >= -2 && u < 3;
      }),
    );
  });

  it('draws normals of mean 0 and variance 1', () => {
    const random = createRandom(5);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const mean = draws.reduce((s, x) => s + x, 0) / draws.length;
    const variance = draws.reduce((s, x) => s + (x - mean) ** 2, 0) / draws.length;
    // four standard errors
    expect(Math.abs(mean)).toBeLessThan(0.029);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });

  it('shuffles into a permutation', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const shuffled = createRandom(seed).shuffle([...items]);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  it('refuses a range that has no number in it', () => {
    expect(() => createRandom(1).below(0)).toThrow('below(n) needs 1 to 2^32. Received: 0');
    expect(() => createRandom(1).pick([])).toThrow(RangeError);
  });
});
