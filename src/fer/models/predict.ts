import { createInference, type Engine, type LayersModel, type Tensor } from '../../engine/index.ts';
import { FermentError } from '../../kit/index.ts';
import { CLASSES } from '../params/index.ts';
import { channelsOf, toGray } from './channels.ts';
import { IMAGE_SHAPE } from './layers.ts';
import { type Preprocessing, preprocess } from './preprocessing.ts';

export interface PredictOptions {
  readonly preprocessing: Preprocessing;
  /** Images per run; 64 by default. */
  readonly batchSize?: number;
  /** Called after each batch with the number of images so far. */
  readonly onProgress?: (done: number) => void;
}

/** Row-major results, one row per image. */
export interface Predictions {
  /** `[n, 7]` */
  readonly logits: Float32Array<ArrayBuffer>;
  /** `[n, 7]`, softmax of the logits. */
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** `[n, dimensions]`: what the last dense layer reads. */
  readonly embeddings: Float32Array<ArrayBuffer>;
  /** 64 for ResNet, 128 for MobileNetV2, 112 for SE-ResNet (128 wide), 32 for VGG16. */
  readonly dimensions: number;
}

/**
 * Runs a model on RGB images `[n, 48, 48, 3]` in inference mode; a model of one channel sees them in gray. Throws
 * BAD_ARRAY when the bytes are not whole images.
 */
export function predict(
  engine: Engine,
  model: LayersModel,
  images: Uint8Array | Uint8ClampedArray,
  options: PredictOptions,
): Predictions {
  const imageSize = IMAGE_SHAPE.reduce((product, side) => product * side, 1);
  const count = images.length / imageSize;
  if (!Number.isInteger(count)) {
    throw new FermentError(
      'BAD_ARRAY',
      `Images must be whole: a multiple of ${imageSize} bytes (48 x 48 x 3). Received: ${images.length} bytes.`,
    );
  }
  const { preprocessing, ...batches } = options;
  const [side] = IMAGE_SHAPE;
  const channels = channelsOf(model);
  const answers = answerBatches(engine, model, count, {
    ...batches,
    input: (start, end) => {
      const pixels = images.subarray(start * imageSize, end * imageSize);
      const numbers = preprocess(
        channels === 1 ? toGray(pixels) : pixels,
        preprocessing,
        side * side * channels,
      );
      return engine.tf.tensor(numbers, [end - start, side, side, channels]);
    },
  });
  return { ...answers, probabilities: softmaxRows(answers.logits, CLASSES.length) };
}

export interface BatchOptions extends Pick<PredictOptions, 'batchSize' | 'onProgress'> {
  /** The rows from `start` to before `end`, as the model takes them; disposed when they are answered. */
  readonly input: (start: number, end: number) => Tensor;
}

/** Runs a model in inference mode on `count` rows, batch by batch. */
export function answerBatches(
  engine: Engine,
  model: LayersModel,
  count: number,
  { input, batchSize = 64, onProgress }: BatchOptions,
): Omit<Predictions, 'probabilities'> {
  const inference = createInference(engine, model);
  const logits = new Float32Array(count * CLASSES.length);
  let embeddings = new Float32Array(0);
  let dimensions = 0;
  try {
    for (let start = 0; start < count; start += batchSize) {
      const end = Math.min(count, start + batchSize);
      const batch = input(start, end);
      const result = inference.run(batch);
      dimensions = result.embeddings.shape[1] ?? 0;
      if (start === 0) embeddings = new Float32Array(count * dimensions);
      logits.set(result.logits.dataSync(), start * CLASSES.length);
      embeddings.set(result.embeddings.dataSync(), start * dimensions);
      engine.tf.dispose([batch, result.logits, result.embeddings]);
      onProgress?.(end);
    }
  } finally {
    inference.dispose();
  }
  return { logits, embeddings, dimensions };
}

/** Softmax of each row, `exp(z - max) / sum`, in double precision before it is rounded. */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array<ArrayBuffer> {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const terms = Array.from(row, (z) => Math.exp(z - largest));
    const sum = terms.reduce((a, b) => a + b, 0);
    for (const [k, term] of terms.entries()) probabilities[start + k] = term / sum;
  }
  return probabilities;
}
