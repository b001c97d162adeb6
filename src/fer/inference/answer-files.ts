import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { compareBytes, FermentError } from '../../kit/index.ts';
import { hasImageName, isSystemFile, loadPixels, toRgb } from '../data/index.ts';
import { argmaxRows } from '../evaluation/index.ts';
import { atTemperature } from '../evaluation/temperature.ts';
import { disposeModel, loadModel, predict, softmaxRows } from '../models/index.ts';

/** What a model says of one image. */
export interface Answer {
  readonly file: string;
  /** The most probable class. */
  readonly class: string;
  /** Class to probability, at the model's temperature, in its order. */
  readonly probabilities: Readonly<Record<string, number>>;
}

export interface Answers {
  readonly answers: readonly Answer[];
  /** How many of the images had another size than the model sees. */
  readonly resized: number;
}

/**
 * Answers image files, and those in folders, with a saved model. A photograph is cut to its middle square, turned gray
 * and resized to 48 x 48: it should show a face and little else, as the training images do.
 * Throws BAD_IMAGE or DATA_DAMAGED for files that are missing or no images, DATA_MISSING for a folder without images,
 * and what the loader of models throws.
 */
export async function answerFiles(
  paths: readonly string[],
  options: { readonly model: string; readonly device: DeviceRequest },
): Promise<Answers> {
  const files = paths.flatMap(imagesAt);
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, options.model);
  try {
    const { pixels, converted } = await loadPixels('', files);
    const { logits } = predict(engine, model, toRgb(pixels), { preprocessing: info.preprocessing });
    const { classes, temperature = 1 } = info;
    const probabilities = softmaxRows(atTemperature(logits, temperature), classes.length);
    const best = argmaxRows(probabilities, classes.length);
    const answers = files.map((file, i) => ({
      file,
      class: classes[best[i] ?? 0] ?? '',
      probabilities: Object.fromEntries(
        classes.map((name, k) => [name, probabilities[i * classes.length + k] ?? 0]),
      ),
    }));
    return { answers, resized: converted.resized };
  } finally {
    disposeModel(model);
  }
}

/** The file itself, or the JPEG and PNG files in a folder and those below, by the bytes of their names. */
function imagesAt(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const files = readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && hasImageName(entry.name) && !isSystemFile(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareBytes);
  if (files.length > 0) return files;
  throw new FermentError('DATA_MISSING', `The folder ${path} holds no JPEG or PNG file.`, {
    hint: 'Name files, or a folder that has some, also further down.',
  });
}
