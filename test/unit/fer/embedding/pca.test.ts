import { expect, test } from 'vitest';
import { matrixOf, pca } from '../../../../src/fer/embedding/index.ts';
import { symmetricEigen } from '../../../../src/fer/embedding/symmetric-eigen.ts';
import { clusters, points, tsneReference } from './reference.ts';

const reference = tsneReference().pca;
const x200 = clusters(5000, 200, 3);

/** The same points with columns of zeros beside them: wide enough for the iteration. */
function widened(columns: number) {
  const data = new Float64Array(1000 * columns);
  for (let i = 0; i < 1000; i++) data.set(x200.data.subarray(i * 200, (i + 1) * 200), i * columns);
  return matrixOf(data, 1000, columns);
}

test('the formula gives the reference points', () => {
  expect([...x200.data.slice(0, 6)]).toEqual(reference.first6);
});

test.each([
  ['the whole covariance', x200, 1e-12],
  ['block Lanczos', widened(320), 1e-5],
])('singular values by %s are those of numpy', (_, x, tolerance) => {
  const result = pca(x, 50, { seed: 1 });
  reference.singular_values.forEach((value, k) => {
    expect(Math.abs((result.singularValues[k] ?? 0) / value - 1)).toBeLessThan(tolerance);
    const variance = reference.explained_variance[k] ?? 0;
    expect(Math.abs((result.explainedVariance[k] ?? 0) / variance - 1)).toBeLessThan(2 * tolerance);
  });
  const share = result.explainedVarianceRatio.reduce((a, b) => a + b);
  expect(share).toBeCloseTo(reference.explained_variance_ratio_sum, 6);
  reference.abs_scores_first_row_first8.forEach((score, k) => {
    expect(Math.abs(result.scores.data[k] ?? 0)).toBeCloseTo(score, 4);
  });
});

function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((total, v, j) => total + v * (b[j] ?? Number.NaN), 0);
}

test.each([
  ['the whole covariance', points(60, 20)],
  ['block Lanczos', points(40, 500)],
])(
  'components by %s are orthonormal, with the largest entry positive, and scores are projections',
  (_, x) => {
    const { components, scores, mean } = pca(x, 10, { seed: 3 });
    const row = (k: number) => components.data.subarray(k * x.columns, (k + 1) * x.columns);
    const point = x.data.subarray(7 * x.columns, 8 * x.columns).map((v, j) => v - (mean[j] ?? 0));
    for (let a = 0; a < 10; a++) {
      for (let b = 0; b <= a; b++) expect(product(row(a), row(b))).toBeCloseTo(a === b ? 1 : 0, 9);
      expect(row(a).reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0)).toBeGreaterThan(0);
      expect(scores.data[7 * 10 + a]).toBeCloseTo(product(point, row(a)), 9);
    }
  },
);

test('all components of wide data hold all variance, and both ways agree', () => {
  const narrow = points(30, 300);
  const wide = matrixOf(
    Float64Array.from({ length: 30 * 301 }, (_, at) =>
      at % 301 === 300 ? 0 : (narrow.data[Math.floor(at / 301) * 300 + (at % 301)] ?? 0),
    ),
    30,
    301,
  );
  const dense = pca(narrow, 29, { seed: 1 });
  const iterated = pca(wide, 29, { seed: 1 });
  expect(iterated.explainedVarianceRatio.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  dense.singularValues.forEach((value, k) => {
    expect(Math.abs((iterated.singularValues[k] ?? 0) / value - 1)).toBeLessThan(1e-5);
  });
});

test('equal singular values are found as often as they occur', () => {
  // 400 columns: four directions of variance 9, four of 4, the rest nothing.
  const n = 64;
  const data = new Float64Array(n * 400);
  for (let i = 0; i < n; i++) {
    // Rows of a Hadamard matrix are orthogonal and, but for the first, have mean 0.
    for (let j = 0; j < 8; j++) {
      let bits = i & (j + 1);
      let sign = 1;
      for (; bits > 0; bits >>= 1) if (bits & 1) sign = -sign;
      data[i * 400 + 50 * j] = sign * (j < 4 ? 3 : 2);
    }
  }
  const { singularValues } = pca(matrixOf(data, n, 400), 10, { seed: 1 });
  [24, 24, 24, 24, 16, 16, 16, 16, 0, 0].forEach((value, k) => {
    expect(singularValues[k]).toBeCloseTo(value, 5);
  });
});

test('points that are all equal have components without variance', () => {
  for (const columns of [5, 310]) {
    const result = pca(matrixOf(new Float64Array(20 * columns).fill(7), 20, columns), 3, { seed: 1 });
    expect([...result.singularValues]).toEqual([0, 0, 0]);
    expect([...result.explainedVarianceRatio]).toEqual([0, 0, 0]);
    expect(result.scores.data.every((v) => v === 0)).toBe(true);
  }
});

test.each([3, 400])(
  '100 points of width %i that are all equal have no variance, whatever their value',
  (columns) => {
    const x = matrixOf(new Float64Array(100 * columns).fill(0.1), 100, columns);
    const { mean, explainedVariance, explainedVarianceRatio } = pca(x, 2, { seed: 1 });
    expect([...mean]).toEqual(Array(columns).fill(0.1));
    expect([...explainedVariance, ...explainedVarianceRatio]).toEqual([0, 0, 0, 0]);
  },
);

test('the same input gives the same bytes', () => {
  const x = points(50, 400);
  expect(pca(x, 8, { seed: 1 })).toEqual(pca(x, 8, { seed: 1 }));
});

test('eigenvectors rebuild their matrix', () => {
  const n = 24;
  const half = points(n, n).data;
  const matrix = half.map((v, at) => v + (half[(at % n) * n + Math.floor(at / n)] ?? 0));
  const { values, vectors } = symmetricEigen(matrix, n);
  expect([...values]).toEqual([...values].sort((a, b) => b - a));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) {
        sum += (values[k] ?? 0) * (vectors[k * n + i] ?? 0) * (vectors[k * n + j] ?? 0);
      }
      expect(sum).toBeCloseTo(matrix[i * n + j] ?? Number.NaN, 11);
    }
  }
});

test('eigenvalues of a diagonal matrix and of a single number are read off', () => {
  expect([...symmetricEigen(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2), 3).values]).toEqual([3, 2, 1]);
  expect([...symmetricEigen(Float64Array.of(5), 1).values]).toEqual([5]);
  expect([...symmetricEigen(new Float64Array(16), 4).values]).toEqual([0, 0, 0, 0]);
});

test.each([
  ['one point', 1, 4, 1],
  ['more components than columns', 10, 4, 5],
  ['more components than points', 3, 8, 4],
])('it refuses %s', (_, rows, columns, count) => {
  expect(() => pca(points(rows, columns), count, { seed: 1 })).toThrow(`${rows} points of width ${columns}`);
});

test('a matrix of the wrong length or with a number that is not finite is refused with its place', () => {
  expect(() => matrixOf([1, 2, 3], 2, 2)).toThrow(
    'Expected 2 x 2 numbers, at least one. Received: 3 numbers.',
  );
  expect(() => matrixOf([1, 2, Number.NaN, 4], 2, 2)).toThrow('Received: NaN in row 1, column 0.');
});

test.each([198, -198])('points times 2^%i have the same components, and singular values times that', (k) => {
  const x = points(50, 6);
  const { components, singularValues } = pca(x, 3, { seed: 1 });
  const scaled = pca(
    matrixOf(
      x.data.map((v) => v * 2 ** k),
      50,
      6,
    ),
    3,
    { seed: 1 },
  );
  expect(scaled.components.data).toEqual(components.data);
  expect(scaled.singularValues).toEqual(singularValues.map((v) => v * 2 ** k));
});

test.each([1e155, -1e61, 1e-61, 1e-170])('numbers as large, or all as small, as %d are refused', (size) => {
  expect(() => matrixOf([0, size], 2, 1)).toThrow(
    `Expected numbers whose largest is from 1e-60 to 1e60 in size. Received: ${Math.abs(size)}.`,
  );
});
