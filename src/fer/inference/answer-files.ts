import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { loadPixels, toRgb } from '../data/index.ts';
import { argmaxRows } from '../evaluation/index.ts';
import { disposeModel, loadModel, predict } from '../models/index.ts';

/** What a model says of one image. */
export interface Answer {
  readonly file: string;
  /** The most probable class. */
  readonly class: string;
  /** Class to probability, in the order of the model. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/**
 * Answers image files with a saved model. A photograph is cut to its middle square, turned gray and resized to 48 x
 * 48: it should show a face and little else, as the training images do.
 * Throws BAD_IMAGE or DATA_DAMAGED for files that are missing or no images, and what the loader of models throws.
 */
export async function answerFiles(
  files: readonly string[],
  options: { readonly model: string; readonly device: DeviceRequest },
): Promise<readonly Answer[]> {
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, options.model);
  try {
    const { pixels } = await loadPixels('', files);
    const { probabilities } = predict(engine, model, toRgb(pixels), { preprocessing: info.preprocessing });
    const { classes } = info;
    const best = argmaxRows(probabilities, classes.length);
    return files.map((file, i) => ({
      file,
      class: classes[best[i] ?? 0] ?? '',
      probabilities: Object.fromEntries(
        classes.map((name, k) => [name, probabilities[i * classes.length + k] ?? 0]),
      ),
    }));
  } finally {
    disposeModel(model);
  }
}
