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
  /**
   * In nats; P over all pairs for `exact`, over 3 x perplexity neighbours for `barnes-hut`; q always over all pairs.
   */
  readonly kl: number;
}

/**
 * What stage `tsne` measures: the content of `reports/metrics/tsne/<what>.json`. The map in the plane stands on top.
 */
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
