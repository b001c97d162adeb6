import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Matrix,
  matrixOf,
  neighbourLabelAccuracy,
  neighbourPreservation,
  trustworthiness,
} from '../../../../src/fer/embedding/index.ts';
import { type Neighbours, nearestNeighbours } from '../../../../src/fer/embedding/neighbours.ts';
import { clusters, givenMap, points, tsneReference } from './reference.ts';

test('trustworthiness and neighbour preservation of a given map are those of scikit-learn', () => {
  const x = clusters(5100, 50, 1.3);
  const wanted = tsneReference().given_embedding_quality;
  expect(trustworthiness(x, givenMap(x), 12)).toBeCloseTo(wanted.trustworthiness12, 9);
  expect(neighbourPreservation(x, givenMap(x), 10)).toBeCloseTo(wanted.knn10_preservation, 9);
});

test('neighbours are those of a sort by distance and number', () => {
  const cells = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { minLength: 6, maxLength: 40 });
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 5 }), fc.constantFrom(2, 3), (rows, k, columns) => {
      const x = matrixOf(
        rows.flatMap((r) => r.slice(0, columns)),
        rows.length,
        columns,
      );
      const near = nearestNeighbours(x, k);
      const distance = (i: number, j: number): number =>
        rows[i]?.slice(0, columns).reduce((total, v, c) => total + (v - (rows[j]?.[c] ?? 0)) ** 2, 0) ?? 0;
      rows.forEach((_, i) => {
        const sorted = rows
          .map((__, j) => j)
          .filter((j) => j !== i)
          .sort((a, b) => distance(i, a) - distance(i, b) || a - b)
          .slice(0, k);
        expect([...near.indices.subarray(i * k, (i + 1) * k)]).toEqual(sorted);
        expect([...near.distances.subarray(i * k, (i + 1) * k)]).toEqual(sorted.map((j) => distance(i, j)));
      });
    }),
  );
});

test('a map that is the data, moved and scaled, keeps every neighbour', () => {
  const x = points(60, 2);
  const map = matrixOf(
    x.data.map((v) => 5 * v + 3),
    60,
    2,
  );
  expect(trustworthiness(x, map, 7)).toBe(1);
  expect(neighbourPreservation(x, map, 7)).toBe(1);
});

test('a map that has nothing to do with the data is worth about a half', () => {
  const score = trustworthiness(points(400, 4), points(400, 2, 77), 10);
  expect(score).toBeGreaterThan(0.45);
  expect(score).toBeLessThan(0.55);
});

test('trustworthiness stays in [0, 1], equal points included', () => {
  const cells = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)), {
    minLength: 10,
    maxLength: 30,
  });
  fc.assert(
    fc.property(cells, (rows) => {
      const x = matrixOf(
        rows.flatMap((r) => r.slice(0, 2)),
        rows.length,
        2,
      );
      const map = matrixOf(
        rows.flatMap((r) => r.slice(2)),
        rows.length,
        2,
      );
      const score = trustworthiness(x, map, 3);
      expect(score >= 0 && score <= 1).toBe(true);
      expect(trustworthiness(x, x, 3)).toBe(1);
    }),
  );
});

test('label accuracy takes the majority, and of equals the lowest label', () => {
  // Two far groups; in the second, two labels are equally frequent around each point.
  const map = matrixOf([0, 0, 0, 1, 1, 0, 100, 0, 100, 1, 101, 0], 6, 2);
  expect(neighbourLabelAccuracy(map, [4, 4, 4, 2, 1, 1], 2).accuracy).toBe(5 / 6);
  expect(neighbourLabelAccuracy(map, [4, 4, 4, 5, 5, 5], 2).accuracy).toBe(1);
});

test('by chance ten neighbours vote as those of a map without structure do, below the share of the largest class', () => {
  // A fifth of FER2013's test images, class by class.
  const counts = [192, 22, 205, 355, 247, 249, 166];
  const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
  const structured = matrixOf(
    labels.flatMap((label, i) => [100 * label, i / 100]),
    labels.length,
    2,
  );
  const { accuracy, chance } = neighbourLabelAccuracy(structured, labels, 10, { seed: 1 });
  expect(accuracy).toBeGreaterThan(0.99);
  expect(chance).toBeGreaterThan(0.18);
  expect(chance).toBeLessThan(0.197);
  expect(neighbourLabelAccuracy(structured, labels, 10, { seed: 1 }).chance).toBe(chance);
  const flat = neighbourLabelAccuracy(points(labels.length, 2), labels, 10, { seed: 1 });
  expect(Math.abs(flat.chance - chance)).toBeLessThan(0.01);
  expect(Math.abs(flat.accuracy - chance)).toBeLessThan(0.03);
});

test.each([0, 5, 1.5])('trustworthiness refuses %s neighbours of 10 points', (k) => {
  expect(() => trustworthiness(points(10, 3), points(10, 2), k)).toThrow(`Received: ${k}.`);
});

test('rows that do not belong together are refused', () => {
  expect(() => trustworthiness(points(10, 3), points(9, 2), 2)).toThrow(
    'each of the 10 points. Received: 9.',
  );
  expect(() => neighbourLabelAccuracy(points(10, 2), [1, 2], 2)).toThrow('Received: 2.');
  expect(() => nearestNeighbours(points(3, 2), 3)).toThrow('Expected 1 to 2 neighbours for 3 points.');
});

const squaredDistance = ({ data, columns }: Matrix, i: number, j: number) =>
  data
    .subarray(columns * i, columns * (i + 1))
    .reduce((sum, v, c) => sum + (v - (data[columns * j + c] ?? 0)) ** 2, 0);

const isSame = (a: Neighbours, b: Neighbours) =>
  a.indices.every((v, i) => v === b.indices[i]) && a.distances.every((v, i) => v === b.distances[i]);

test('the search without all pairs finds nearly all neighbours, the same with any number of threads', () => {
  const x = clusters(5100, 50, 1.3);
  const exact = nearestNeighbours(x, 30);
  const found = nearestNeighbours(x, 30, { search: 'approximate', seed: 3, threads: 1 });
  expect(isSame(nearestNeighbours(x, 30, { search: 'approximate', seed: 3, threads: 3 }), found)).toBe(true);
  let [hits, whole, largestError] = [0, 0, 0];
  for (let i = 0; i < 1000; i++) {
    const own = found.indices.subarray(30 * i, 30 * (i + 1));
    if (new Set(own).size === 30) whole++;
    own.forEach((j, slot) => {
      const error = Math.abs((found.distances[30 * i + slot] ?? 9) - squaredDistance(x, i, j));
      largestError = Math.max(largestError, error);
    });
    hits += exact.indices.subarray(30 * i, 30 * (i + 1)).filter((j) => own.includes(j)).length;
  }
  expect(hits / 30_000).toBeGreaterThan(0.98);
  expect(whole).toBe(1000);
  expect(largestError).toBeLessThan(1e-9);
});

test('the exact search has the same result with any number of threads', () => {
  const x = clusters(5100, 50, 1.3);
  expect(isSame(nearestNeighbours(x, 12, { threads: 3 }), nearestNeighbours(x, 12))).toBe(true);
});
