import { readFileSync } from 'node:fs';
import { type Matrix, matrixOf } from '../../../../src/fer/embedding/index.ts';

export interface TsneReference {
  readonly perplexity: number;
  readonly pca: {
    readonly first6: readonly number[];
    readonly singular_values: readonly number[];
    readonly explained_variance: readonly number[];
    readonly explained_variance_ratio_sum: number;
    readonly abs_scores_first_row_first8: readonly number[];
  };
  readonly affinity: {
    readonly beta_first5: readonly number[];
    readonly beta_min_max: readonly [number, number];
    readonly conditional_max_first5: readonly number[];
    readonly conditional_argmax_first5: readonly number[];
  };
  readonly joint: {
    readonly max: number;
    readonly argmax: readonly [number, number];
    readonly frobenius: number;
    readonly entropy: number;
    readonly first_row_sum: number;
    readonly p_0_10: number;
    readonly p_0_1: number;
  };
  readonly kl: {
    readonly exact: number;
    readonly tiny: number;
    readonly gradient_norm: number;
    readonly gradient_first3: readonly (readonly [number, number])[];
  };
  readonly ranges: Readonly<
    Record<
      'sklearn' | 'openTSNE',
      Readonly<Record<'kl_exact' | 'trustworthiness12' | 'knn10_preservation', readonly [number, number]>>
    >
  >;
  readonly given_embedding_quality: {
    readonly trustworthiness12: number;
    readonly knn10_preservation: number;
  };
}

/** PCA by numpy, affinities and KL by formula, and what scikit-learn and openTSNE reach. */
export function tsneReference(): TsneReference {
  const url = new URL('../../../fixtures/reference/tsne.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as TsneReference;
}

const SEED = 20130613;

/** n numbers in [-1, 1) from an integer hash, the same bits everywhere. */
function u(k: number, n: number): Float64Array {
  const base = (Math.imul(k, 0x9e3779b1) + SEED) >>> 0;
  return Float64Array.from({ length: n }, (_, i) => {
    let h = (base + i) >>> 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    return (h >>> 8) / 8388608 - 1;
  });
}

/** 1,000 points of ten clusters, point i in cluster i mod 10, column j shrunk by 1 + j / 10. */
export function clusters(k: number, columns: number, spread: number): Matrix {
  const n = 1000;
  const centres = u(k, 10 * columns);
  const v = u(k + 1, 4 * n * columns);
  const values = Float32Array.from({ length: n * columns }, (_, at) => {
    const j = at % columns;
    const centre = spread * (centres[(Math.floor(at / columns) % 10) * columns + j] ?? 0);
    const four = [0, 1, 2, 3].reduce((total, d) => total + (v[4 * at + d] ?? 0), 0);
    return (centre + four * Math.sqrt(0.75)) / (1 + j / 10);
  });
  return matrixOf(values, n, columns);
}

/** The map whose KL and gradient the reference gives. */
export function givenMap(x: Matrix): Matrix {
  const y = new Float64Array(2 * x.rows);
  for (let i = 0; i < x.rows; i++) {
    y[2 * i] = (x.data[i * x.columns] ?? 0) * 3 + (i % 10);
    y[2 * i + 1] = (x.data[i * x.columns + 1] ?? 0) * 3 - 0.5 * (i % 10);
  }
  return matrixOf(y, x.rows, 2);
}

/** Points of a seeded generator in Lehmer's way, for small cases. */
export function points(n: number, columns: number, seed = 1): Matrix {
  let state = seed;
  const next = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  return matrixOf(
    Float64Array.from({ length: n * columns }, () => next()),
    n,
    columns,
  );
}
