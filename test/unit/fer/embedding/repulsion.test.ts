import { expect, test } from 'vitest';
import { addRepulsion, pairNormalisation } from '../../../../src/fer/embedding/kullback-leibler.ts';
import { createBarnesHut } from '../../../../src/fer/embedding/repulsion.ts';
import { clusters, givenMap, points } from './reference.ts';

const given = givenMap(clusters(5100, 50, 1.3));

const relative = (got: number | undefined, want: number | undefined): number =>
  Math.abs((got ?? Number.NaN) / (want ?? Number.NaN) - 1);

test.each([
  ['a cloud', points(1500, 2).data.map((v) => 60 * v)],
  ['the given map', given.data],
  ['a dot', given.data.map((v) => 1e-5 * v)],
])('the tree gives nearly the forces of all pairs on %s', (_, map) => {
  const exact = new Float64Array(map.length);
  const normalisation = addRepulsion(map, exact);
  expect(normalisation).toBeCloseTo(pairNormalisation(map), 3);
  const errors = [0.8, 0.3].map((theta) => {
    const force = new Float64Array(map.length);
    const total = createBarnesHut(map.length / 2, theta)(map, force);
    expect(relative(total, normalisation)).toBeLessThan(theta * 0.005);
    return Math.hypot(...force.map((v, c) => v - (exact[c] ?? 0))) / Math.hypot(...exact);
  });
  const [usual = 1, fine = 1] = errors;
  expect(usual).toBeLessThan(0.02);
  expect(fine).toBeLessThan(0.002);
});

test('the tree with theta 0 sums over all pairs, many points in one place included', () => {
  const map = points(300, 2).data.map((v, c) => (c < 100 ? (c % 2) * 0.25 : 9 * v));
  const exact = new Float64Array(600);
  const force = new Float64Array(600);
  const normalisation = addRepulsion(map, exact);
  expect(relative(createBarnesHut(300, 0)(map, force), normalisation)).toBeLessThan(1e-12);
  exact.forEach((value, c) => {
    expect(force[c]).toBeCloseTo(value, 9);
  });
});
