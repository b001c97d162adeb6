import { describe, expect, it } from 'vitest';
import { linearScale } from '../../../src/kit/index.ts';

describe('linearScale', () => {
  it('widens to round ticks and maps the ends to the range', () => {
    const scale = linearScale([0, 603], [100, 0]);
    expect(scale.ticks).toEqual([0, 200, 400, 600, 800]);
    expect([scale(0), scale(800)]).toEqual([100, 0]);
  });

  it('keeps an exact domain and gives a single value some room', () => {
    expect(linearScale([0.75, 8.25], [0, 1], { exact: true, count: 8 }).ticks).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    expect(linearScale([3, 3], [0, 1]).domain).toEqual([3, 4]);
  });
});
