import { expect, test } from 'vitest';
import { exactAffinities, neighbourAffinities } from '../../../../src/fer/embedding/affinities.ts';
import { createForces } from '../../../../src/fer/embedding/forces.ts';
import { type Matrix, matrixOf } from '../../../../src/fer/embedding/index.ts';
import { pairNormalisation } from '../../../../src/fer/embedding/kullback-leibler.ts';
import { clusters, givenMap, points } from './reference.ts';

const given = givenMap(clusters(5100, 50, 1.3));

/** Attraction, repulsion and normalisation, summed over all pairs as the definitions say. */
function byDefinition(p: { at: (i: number, j: number) => number }, map: Matrix) {
  const { data, rows, columns } = map;
  const attraction = new Float64Array(data.length);
  const repulsion = new Float64Array(data.length);
  let normalisation = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++) {
      if (i === j) continue;
      const apart = Array.from({ length: columns }, (_, k) => {
        return (data[columns * i + k] ?? 0) - (data[columns * j + k] ?? 0);
      });
      const q = 1 / (1 + apart.reduce((sum, v) => sum + v * v, 0));
      normalisation += q;
      apart.forEach((v, k) => {
        attraction[columns * i + k] = (attraction[columns * i + k] ?? 0) + p.at(i, j) * q * v;
        repulsion[columns * i + k] = (repulsion[columns * i + k] ?? 0) + q * q * v;
      });
    }
  return { attraction, repulsion, normalisation };
}

const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((v, i) => v - (b[i] ?? 0)));
const spread = (rows: number, columns: number, factor: number): Matrix => {
  const { data } = points(rows, columns);
  return matrixOf(
    data.map((v) => factor * v),
    rows,
    columns,
  );
};

test.each([2, 3])(
  'in %i dimensions, theta 0 gives the sums over all pairs, many points in one place included',
  (d) => {
    const map = spread(300, d, 9);
    for (let c = 0; c < 50 * d; c++) map.data[c] = (c % d) * 0.25;
    const x = points(300, 4, 5);
    const p = exactAffinities(x, 20);
    const at = (i: number, j: number) => p.values[i * 299 + (j < i ? j : j - 1)] ?? 0;
    const want = byDefinition({ at }, map);
    const forces = createForces(p, map, 0, 1);
    expect(forces.compute() / want.normalisation).toBeCloseTo(1, 12);
    expect(pairNormalisation(map) / want.normalisation).toBeCloseTo(1, 12);
    expect(distance(forces.repulsion, want.repulsion)).toBeLessThan(1e-10 * Math.hypot(...want.repulsion));
    expect(distance(forces.attraction, want.attraction)).toBeLessThan(1e-10 * Math.hypot(...want.attraction));
  },
);

test.each([
  ['a cloud in the plane', spread(1500, 2, 60)],
  ['a cloud in space', spread(1500, 3, 20)],
  ['the given map', given],
  [
    'a dot',
    matrixOf(
      given.data.map((v) => 1e-5 * v),
      1000,
      2,
    ),
  ],
])('the tree gives nearly the repulsion of all pairs on %s', (_, map) => {
  const p = neighbourAffinities(map, 5);
  const exact = createForces(p, map, 0, 1);
  const normalisation = exact.compute();
  const [usual = 1, fine = 1] = [0.8, 0.3].map((theta) => {
    const forces = createForces(p, map, theta, 1);
    expect(Math.abs(forces.compute() / normalisation - 1)).toBeLessThan(theta * 0.005);
    return distance(forces.repulsion, exact.repulsion) / Math.hypot(...exact.repulsion);
  });
  expect(usual).toBeLessThan(0.02);
  expect(fine).toBeLessThan(0.002);
});
