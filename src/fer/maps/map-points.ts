import { join } from 'node:path';
import { writeNpy } from '../data/index.ts';
import {
  type Matrix,
  neighbourLabelAccuracy,
  pca,
  type TsneProgress,
  trustworthiness,
  tsne,
} from '../embedding/index.ts';
import type { Params } from '../params/index.ts';
import { stratifiedSample } from '../training/loop/sampling.ts';
import { loadPoints } from './load-points.ts';

/** What stage `tsne` measures: the content of `reports/metrics/tsne/<what>.json`. */
export interface MapMetrics {
  readonly input: 'pixels' | 'embeddings';
  /** Points in the map, of so many in the input. */
  readonly points: number;
  readonly available: number;
  /** Numbers per point in the input. */
  readonly width: number;
  readonly pca: {
    /** False where the input is no wider than the components asked for: it is taken as it is. */
    readonly applied: boolean;
    readonly components: number;
    /** Share of the variance that the components keep. */
    readonly explainedVariance: number;
  };
  readonly perplexity: number;
  readonly learningRate: number;
  readonly method: 'exact' | 'barnes-hut';
  /** In nats; P over all pairs for `exact`, over 3 x perplexity neighbours for `barnes-hut`; q always over all pairs. */
  readonly kl: number;
  /** Of the map against what t-SNE was given. */
  readonly trustworthiness: number;
  /** By majority of the nearest in the map; a map without structure reaches the share of the largest class. */
  readonly labelAccuracy: number;
  readonly largestClassShare: number;
  readonly neighbours: { readonly trustworthiness: number; readonly labelAccuracy: number };
}

export interface MapContext {
  readonly seed: number;
  readonly onProgress?: (progress: TsneProgress) => void;
}

const TRUST_NEIGHBOURS = 12;
const LABEL_NEIGHBOURS = 10;

/**
 * Reads points from a folder, takes a stratified sample where `params.points` asks for fewer, reduces them by PCA,
 * maps them by t-SNE, and writes `map.npy` float32 `[n, 2]`, `labels.npy` and, for a sample, `indices.npy` int32 (the
 * rows of the input). Throws BAD_PARAMS for a perplexity that the points do not allow, and what `loadPoints` throws.
 */
export function mapPoints(
  input: string,
  output: string,
  params: Params['tsne'],
  context: MapContext,
): MapMetrics {
  const points = loadPoints(input);
  const rows = stratifiedSample(points.labels, params.points, context.seed);
  const labels = Uint8Array.from(rows, (row) => points.labels[row] ?? 0);
  const reduced = reduce(points.select(rows), params.pcaComponents, context.seed);
  const { x } = reduced;
  const n = rows.length;
  const { perplexity, iterations, earlyExaggeration, exaggerationIterations } = params;
  const result = tsne(x, {
    seed: context.seed,
    perplexity,
    iterations,
    earlyExaggeration,
    exaggerationIterations,
    ...(context.onProgress === undefined ? {} : { onProgress: context.onProgress }),
  });
  writeMap(output, result.map, labels, n < points.count ? rows : undefined);
  const neighbours = {
    trustworthiness: Math.min(TRUST_NEIGHBOURS, Math.ceil(n / 2) - 1),
    labelAccuracy: Math.min(LABEL_NEIGHBOURS, n - 1),
  };
  return {
    input: points.kind,
    points: n,
    available: points.count,
    width: points.width,
    pca: reduced.pca,
    perplexity,
    learningRate: result.learningRate,
    method: result.method,
    kl: result.kl,
    trustworthiness: trustworthiness(x, result.map, neighbours.trustworthiness),
    labelAccuracy: neighbourLabelAccuracy(result.map, labels, neighbours.labelAccuracy),
    largestClassShare: largestShare(labels),
    neighbours,
  };
}

function reduce(
  points: Matrix,
  components: number,
  seed: number,
): { readonly x: Matrix; readonly pca: MapMetrics['pca'] } {
  const count = Math.min(components, points.columns, points.rows);
  if (points.columns <= components) {
    return { x: points, pca: { applied: false, components: points.columns, explainedVariance: 1 } };
  }
  const { scores, explainedVarianceRatio } = pca(points, count, { seed });
  const explainedVariance = explainedVarianceRatio.reduce((total, share) => total + share, 0);
  return { x: scores, pca: { applied: true, components: count, explainedVariance } };
}

function writeMap(folder: string, map: Matrix, labels: Uint8Array, rows: Uint32Array | undefined): void {
  const shape = [map.rows, 2];
  writeNpy(join(folder, 'map.npy'), { dtype: 'float32', shape, data: Float32Array.from(map.data) });
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [map.rows], data: labels });
  if (rows === undefined) return;
  writeNpy(join(folder, 'indices.npy'), {
    dtype: 'int32',
    shape: [map.rows],
    data: Int32Array.from(rows),
  });
}

function largestShare(labels: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}
