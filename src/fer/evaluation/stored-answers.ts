import { join } from 'node:path';
import { type Dataset, readNpy, writeNpy } from '../data/index.ts';
import type { Predictions } from '../models/index.ts';
import { CLASSES } from '../params/index.ts';
import { argmaxRows } from './probabilities.ts';

/** In the folder that stage `evaluate` writes: float32 `[n, 7]`. */
export const PROBABILITIES_FILE = 'probabilities.npy';

/**
 * The most probable class of each of `count` images, from a folder that stage `evaluate` wrote. Throws BAD_ARRAY when
 * the array is damaged or of another number of images.
 */
export function readAnswers(folder: string, count: number): Uint8Array {
  const shape = [count, CLASSES.length];
  const { data } = readNpy(join(folder, PROBABILITIES_FILE), { dtype: 'float32', shape });
  return argmaxRows(data, CLASSES.length);
}

/** Writes `probabilities.npy` and `embeddings.npy` float32 `[n, 7]` and `[n, d]`, `labels.npy` uint8 `[n]`. */
export function writePredictions(folder: string, test: Dataset, predictions: Predictions): void {
  const { probabilities, embeddings, dimensions } = predictions;
  writeNpy(join(folder, PROBABILITIES_FILE), {
    dtype: 'float32',
    shape: [test.count, CLASSES.length],
    data: probabilities,
  });
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [test.count], data: test.labels });
  writeNpy(join(folder, 'embeddings.npy'), {
    dtype: 'float32',
    shape: [test.count, dimensions],
    data: embeddings,
  });
}
