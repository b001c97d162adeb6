import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { compareBytes, FermentError, isFolder } from '../../kit/index.ts';
import { hasImageName, IMAGE_PIXELS, isSystemFile, toRgb } from '../data/index.ts';
import { explainReadError } from '../data/read-error.ts';
import { argmaxRows } from '../evaluation/index.ts';
import { atTemperature } from '../evaluation/temperature.ts';
import { disposeModel, loadModel, predict, softmaxRows } from '../models/index.ts';
import { type FaceSquare, openFaceFinder } from './face-finder.ts';
import { lookAtFiles, type UnreadFile } from './look-at-files.ts';
import type { SeenFace } from './photo.ts';

/** What a model says of one face. */
export interface Answer {
  readonly file: string;
  /** Where the face is in the upright picture; null where the whole picture or its middle square is taken for one. */
  readonly face: FaceSquare | null;
  /** The most probable class. */
  readonly class: string;
  /** Class to probability, at the model's temperature, in its order. */
  readonly probabilities: Readonly<Record<string, number>>;
}

export interface Answers {
  /** One for each face, in the order of the files, from left to right in a picture. */
  readonly answers: readonly Answer[];
  /** Files without an answer, in their order. */
  readonly unread: readonly UnreadFile[];
  /** Pictures of another size than the model sees of which the middle square was answered. */
  readonly unfound: number;
  /** Why no face was looked for, where that is so. */
  readonly missing?: string;
}

/**
 * Answers image files, and those in folders, with a saved model. An image of 48 x 48 is a face. In any other the faces
 * are found and cut out as FER2013 cuts them; without one, or without the detector's package, its middle square is
 * answered. Throws DATA_DAMAGED or UNREADABLE for a file that is not there or may not be read, DATA_MISSING for a
 * folder without images, and what the loader of models throws.
 */
export async function answerFiles(
  paths: readonly string[],
  options: { readonly model: string; readonly device: DeviceRequest },
): Promise<Answers> {
  const files = paths.flatMap(imagesAt);
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, options.model);
  try {
    const { faces, unread, missing } = await lookAtFiles(files, () => openFaceFinder(engine));
    const { logits } = predict(engine, model, toRgb(joined(faces)), { preprocessing: info.preprocessing });
    const { classes, temperature = 1 } = info;
    const probabilities = softmaxRows(atTemperature(logits, temperature), classes.length);
    refuseNoNumbers(probabilities, options.model);
    const best = argmaxRows(probabilities, classes.length);
    const answers = faces.map(({ file, square }, i) => ({
      file,
      face: square ?? null,
      class: classes[best[i] ?? 0] ?? '',
      probabilities: Object.fromEntries(
        classes.map((name, k) => [name, probabilities[i * classes.length + k] ?? 0]),
      ),
    }));
    const unfound = faces.filter(({ isPhoto, square }) => isPhoto && square === undefined).length;
    return { answers, unread, unfound, ...(missing === undefined ? {} : { missing }) };
  } finally {
    disposeModel(model);
  }
}

/** Weights that are not finite, or a temperature near 0, would be written as `null` into JSON. */
function refuseNoNumbers(probabilities: Float32Array, model: string): void {
  const strange = probabilities.find((p) => !Number.isFinite(p));
  if (strange === undefined) return;
  throw new FermentError(
    'BAD_WEIGHTS',
    `The answers of ${model} should be probabilities. Received: ${strange}.`,
    { hint: 'Its training diverged, or its files are damaged: train it again, or take another model.' },
  );
}

function joined(faces: readonly SeenFace[]): Uint8Array {
  const pixels = new Uint8Array(faces.length * IMAGE_PIXELS);
  for (const [i, face] of faces.entries()) pixels.set(face.pixels, i * IMAGE_PIXELS);
  return pixels;
}

/**
 * The file itself, or the JPEG and PNG files in a folder and those below, by the bytes of their names; hidden ones are
 * left alone.
 */
function imagesAt(path: string): readonly string[] {
  try {
    if (!isFolder(path)) return [path];
    const files = imagesIn(path);
    if (files.length > 0) return files;
  } catch (error) {
    throw explainReadError(error, path);
  }
  throw new FermentError('DATA_MISSING', `The folder ${path} holds no JPEG or PNG file.`, {
    hint: 'Name files, or a folder that has some, also further down.',
  });
}

function imagesIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true })
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => hasImageName(file) && !isSystemFile(relative(folder, file)))
    // Also what a link leads to.
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  return files.sort(compareBytes);
}
