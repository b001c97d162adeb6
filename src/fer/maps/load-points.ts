import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { readNpy } from '../data/index.ts';
import { type Matrix, matrixOf } from '../embedding/index.ts';
import { PROBABILITIES_FILE, readAnswers } from '../evaluation/stored-answers.ts';
import { CLASSES } from '../params/index.ts';

/** Points to be mapped, with the class of each. */
export interface Points {
  /** `pixels`: gray values 0 to 255, a row an image. `embeddings`: what a model's last layer reads. */
  readonly kind: 'pixels' | 'embeddings';
  readonly count: number;
  readonly width: number;
  readonly labels: Uint8Array;
  /** What a model answered for each, where its `probabilities.npy` is beside its embeddings. */
  readonly answers: Uint8Array | undefined;
  /** The rows with these numbers. */
  readonly select: (rows: Uint32Array) => Matrix;
}

/**
 * Points from a folder: `embeddings.npy` float32 `[n, d]`, or else `images.npy` uint8 `[n, h, w, channels]`, of which
 * the first channel is taken as gray; with `labels.npy` beside it.
 * Throws DATA_MISSING when the folder has neither, BAD_ARRAY when an array is damaged or does not fit the labels.
 */
export function loadPoints(folder: string): Points {
  const embeddingsPath = join(folder, 'embeddings.npy');
  const imagesPath = join(folder, 'images.npy');
  if (existsSync(embeddingsPath)) {
    const { data, shape } = readNpy(embeddingsPath, { dtype: 'float32', shape: [null, null] });
    const [count = 0, width = 0] = shape;
    return pointsOf('embeddings', folder, count, width, (row, j) => data[row * width + j] ?? Number.NaN);
  }
  if (existsSync(imagesPath)) {
    const { data, shape } = readNpy(imagesPath, { dtype: 'uint8', shape: [null, null, null, null] });
    const [count = 0, height = 0, width = 0, channels = 0] = shape;
    const pixels = height * width;
    return pointsOf(
      'pixels',
      folder,
      count,
      pixels,
      (row, j) => data[(row * pixels + j) * channels] ?? Number.NaN,
    );
  }
  throw new FermentError(
    'DATA_MISSING',
    `Expected embeddings.npy or images.npy in ${folder}. Received: a folder with neither.`,
    { hint: 'Give a folder that to-rgb or evaluate wrote.' },
  );
}

function pointsOf(
  kind: Points['kind'],
  folder: string,
  count: number,
  width: number,
  at: (row: number, column: number) => number,
): Points {
  const labels = readNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [count] }).data;
  const wrong = labels.findIndex((label) => label >= CLASSES.length);
  if (wrong >= 0) {
    throw new FermentError(
      'BAD_ARRAY',
      `Expected labels from 0 to ${CLASSES.length - 1} in ${folder}. Received: ${labels[wrong]} at ${wrong}.`,
    );
  }
  const select = (rows: Uint32Array): Matrix => {
    const values = new Float64Array(rows.length * width);
    rows.forEach((row, i) => {
      for (let j = 0; j < width; j++) values[i * width + j] = at(row, j);
    });
    return matrixOf(values, rows.length, width);
  };
  const answers = existsSync(join(folder, PROBABILITIES_FILE)) ? readAnswers(folder, count) : undefined;
  return { kind, count, width, labels, answers, select };
}
