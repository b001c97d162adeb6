import { createInference, type Engine, type LayersModel } from '../../../engine/index.ts';

const BATCH = 64;

export interface FeatureOptions {
  readonly count: number;
  /** Normalised images from `start` to `end`, `[end - start, 48, 48, 3]`. */
  readonly batch: (start: number, end: number) => Float32Array;
  readonly onProgress?: (done: number) => void;
}

/** What a frozen trunk makes of images: one row of `Float32Array` per image, so that no array grows past 2 GiB. */
export function computeFeatures(engine: Engine, trunk: LayersModel, options: FeatureOptions): Float32Array[] {
  const { tf } = engine;
  const inference = createInference(engine, trunk);
  const shape = (trunk.inputs[0]?.shape ?? []).slice(1).map((side) => side ?? -1);
  const rows: Float32Array[] = [];
  for (let start = 0; start < options.count; start += BATCH) {
    const end = Math.min(options.count, start + BATCH);
    const images = tf.tensor(options.batch(start, end), [end - start, ...shape]);
    const { logits: features, embeddings } = inference.run(images);
    const values = features.dataSync<'float32'>();
    const size = values.length / (end - start);
    for (let i = 0; i < end - start; i++) rows.push(values.slice(i * size, (i + 1) * size));
    tf.dispose([images, features, embeddings]);
    options.onProgress?.(end);
  }
  inference.dispose();
  return rows;
}

/** Some rows, one behind the other. */
export function stackRows(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const stack = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) stack.set(row, i * size);
  return stack;
}
