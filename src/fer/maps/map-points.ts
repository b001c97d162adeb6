import { join } from 'node:path';
import { writeNpy } from '../data/index.ts';
import {
  type Matrix,
  neighbourLabelAccuracy,
  pca,
  type TsneProgress,
  type TsneResult,
  trustworthiness,
  tsne,
} from '../embedding/index.ts';
import type { Params } from '../params/index.ts';
import { stratifiedSample } from '../training/loop/sampling.ts';
import { loadPoints } from './load-points.ts';
import type { MapMetrics, MapQuality, TsneQuality } from './map-metrics.ts';
import { umap } from './umap.ts';

export interface MapContext {
  readonly seed: number;
  /** The key of the stage, which `params.space` may name. */
  readonly key?: string | undefined;
  /** Default: 1. */
  readonly threads?: number;
  readonly onProgress?: (what: string, progress: TsneProgress) => void;
}

const TRUST_NEIGHBOURS = 12;
const LABEL_NEIGHBOURS = 10;

/**
 * Reads points from a folder, takes a stratified sample where `params.points` asks for fewer, reduces them by PCA, and
 * maps them by t-SNE in the plane, in space where `params.space` names them, and by UMAP. Writes `map.npy` float32
 * `[n, 2]`, `space.npy` `[n, 3]`, `umap.npy` `[n, 2]`, `labels.npy`, where a model's probabilities are in the input
 * what it answered as `answers.npy`, and, for a sample, `indices.npy` int32 (the rows of the input). Throws BAD_PARAMS
 * for a perplexity that the points do not allow, and what `loadPoints` throws.
 */
export function mapPoints(
  input: string,
  output: string,
  params: Params['tsne'],
  context: MapContext,
): MapMetrics {
  const { seed } = context;
  const points = loadPoints(input);
  const rows = stratifiedSample(points.labels, params.points, seed);
  const n = rows.length;
  const labels = Uint8Array.from(rows, (row) => points.labels[row] ?? 0);
  const reduced = reduce(points.select(rows), params.pcaComponents, seed);
  writeNpy(join(output, 'labels.npy'), { dtype: 'uint8', shape: [n], data: labels });
  const { answers } = points;
  if (answers !== undefined) {
    const data = Uint8Array.from(rows, (row) => answers[row] ?? 0);
    writeNpy(join(output, 'answers.npy'), { dtype: 'uint8', shape: [n], data });
  }
  if (n < points.count) {
    writeNpy(join(output, 'indices.npy'), { dtype: 'int32', shape: [n], data: Int32Array.from(rows) });
  }
  const neighbours = {
    trustworthiness: Math.min(TRUST_NEIGHBOURS, Math.ceil(n / 2) - 1),
    labelAccuracy: Math.min(LABEL_NEIGHBOURS, n - 1),
  };
  const finish = (name: string, map: Matrix): Finished => {
    const data = Float32Array.from(map.data);
    writeNpy(join(output, `${name}.npy`), { dtype: 'float32', shape: [n, map.columns], data });
    const trust = trustworthiness(reduced.x, map, neighbours.trustworthiness);
    const { accuracy, chance } = neighbourLabelAccuracy(map, labels, neighbours.labelAccuracy, { seed });
    return { quality: { trustworthiness: trust, labelAccuracy: accuracy }, chance };
  };
  const plane = byTsne(reduced.x, 2, params, context);
  const { quality, chance } = finish('map', plane.map);
  const inSpace = context.key !== undefined && params.space.includes(context.key);
  const space = inSpace ? byTsne(reduced.x, 3, params, context) : undefined;
  return {
    input: points.kind,
    points: n,
    available: points.count,
    width: points.width,
    pca: reduced.pca,
    perplexity: params.perplexity,
    learningRate: plane.learningRate,
    ...tsneQuality(plane, quality),
    chanceLabelAccuracy: chance,
    neighbours,
    ...(space && { space: tsneQuality(space, finish('space', space.map).quality) }),
    ...(params.umap && { umap: finish('umap', umap(reduced.x, { seed, ...params.umap })).quality }),
  };
}

/** What is measured of a map when it is written. */
interface Finished {
  readonly quality: MapQuality;
  readonly chance: number;
}

function byTsne(
  x: Matrix,
  dimensions: 2 | 3,
  { perplexity, iterations, earlyExaggeration, exaggerationIterations }: Params['tsne'],
  { seed, threads = 1, onProgress }: MapContext,
): TsneResult {
  const what = dimensions === 2 ? 't-SNE' : 't-SNE in space';
  return tsne(x, {
    seed,
    dimensions,
    perplexity,
    iterations,
    earlyExaggeration,
    exaggerationIterations,
    threads,
    ...(onProgress && { onProgress: (progress) => onProgress(what, progress) }),
  });
}

function tsneQuality({ method, kl }: TsneResult, quality: MapQuality): TsneQuality {
  return { method, kl, ...quality };
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
  // All of it, as of numbers that are in part constant, may add up to a rounding more.
  const sum = explainedVarianceRatio.reduce((total, share) => total + share, 0);
  const explainedVariance = Math.min(1, sum);
  return { x: scores, pca: { applied: true, components: count, explainedVariance } };
}
