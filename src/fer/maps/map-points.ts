import { join } from 'node:path';
import { writeNpy } from '../data/index.ts';
import {
  chanceLabelAccuracy,
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
import { umap } from './umap.ts';

/** How far a map can be trusted. */
export interface MapQuality {
  /** Of the map against what was mapped. */
  readonly trustworthiness: number;
  /** By majority of the nearest in the map. */
  readonly labelAccuracy: number;
}

/** A map by t-SNE. */
export interface TsneQuality extends MapQuality {
  readonly method: 'exact' | 'barnes-hut';
  /** In nats; P over all pairs for `exact`, over 3 x perplexity neighbours for `barnes-hut`; q always over all pairs. */
  readonly kl: number;
}

/** What stage `tsne` measures: the content of `reports/metrics/tsne/<what>.json`. The map in the plane stands on top. */
export interface MapMetrics extends TsneQuality {
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
  /** What `labelAccuracy` is when labels are shuffled over the points. */
  readonly chanceLabelAccuracy: number;
  readonly neighbours: { readonly trustworthiness: number; readonly labelAccuracy: number };
  /** The map in three dimensions, where there is one. */
  readonly space?: TsneQuality;
  readonly umap?: MapQuality;
}

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
/** Of the labels, for what chance gives: the mean is right to a tenth of a point. */
const SHUFFLES = 20;

/**
 * Reads points from a folder, takes a stratified sample where `params.points` asks for fewer, reduces them by PCA, and
 * maps them by t-SNE in the plane, in space where `params.space` names them, and by UMAP. Writes `map.npy` float32
 * `[n, 2]`, `space.npy` `[n, 3]`, `umap.npy` `[n, 2]`, `labels.npy`, where a model's probabilities are in the input what
 * it answered as `answers.npy`, and, for a sample, `indices.npy` int32 (the rows of the input). Throws BAD_PARAMS for a perplexity that the points do not allow, and what `loadPoints` throws.
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
  const finish = (name: string, map: Matrix): MapQuality => {
    const data = Float32Array.from(map.data);
    writeNpy(join(output, `${name}.npy`), { dtype: 'float32', shape: [n, map.columns], data });
    return {
      trustworthiness: trustworthiness(reduced.x, map, neighbours.trustworthiness),
      labelAccuracy: neighbourLabelAccuracy(map, labels, neighbours.labelAccuracy),
    };
  };
  let chance = 0;
  const { learningRate, ...plane } = byTsne(reduced.x, 2, params, context, (map) => {
    chance = chanceLabelAccuracy(map, labels, neighbours.labelAccuracy, { seed, shuffles: SHUFFLES });
    return finish('map', map);
  });
  const inSpace = context.key !== undefined && params.space.includes(context.key);
  const space = inSpace ? byTsne(reduced.x, 3, params, context, (map) => finish('space', map)) : undefined;
  const second = params.umap === null ? undefined : finish('umap', umap(reduced.x, { seed, ...params.umap }));
  return {
    input: points.kind,
    points: n,
    available: points.count,
    width: points.width,
    pca: reduced.pca,
    perplexity: params.perplexity,
    learningRate,
    ...plane,
    chanceLabelAccuracy: chance,
    neighbours,
    ...(space === undefined ? {} : { space: withoutRate(space) }),
    ...(second === undefined ? {} : { umap: second }),
  };
}

type TsneMap = TsneQuality & { readonly learningRate: number };

function byTsne(
  x: Matrix,
  dimensions: 2 | 3,
  params: Params['tsne'],
  { seed, threads = 1, onProgress }: MapContext,
  finish: (map: Matrix) => MapQuality,
): TsneMap {
  const { perplexity, iterations, earlyExaggeration, exaggerationIterations } = params;
  const what = dimensions === 2 ? 't-SNE' : 't-SNE in space';
  const { map, method, kl, learningRate } = tsne(x, {
    seed,
    dimensions,
    perplexity,
    iterations,
    earlyExaggeration,
    exaggerationIterations,
    threads,
    ...(onProgress === undefined ? {} : { onProgress: (progress) => onProgress(what, progress) }),
  });
  return { learningRate, method, kl, ...finish(map) };
}

function withoutRate({ learningRate: _, ...quality }: TsneMap): TsneQuality {
  return quality;
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
