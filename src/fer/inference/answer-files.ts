import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { compareBytes, FermentError, isFolder, messageOf } from '../../kit/index.ts';
import { hasImageName, IMAGE_PIXELS, IMAGE_SIDE, isSystemFile, toRgb } from '../data/index.ts';
import { type BadImage, refuseBadImages } from '../data/raw/index.ts';
import { explainReadError } from '../data/read-error.ts';
import { argmaxRows } from '../evaluation/index.ts';
import { atTemperature } from '../evaluation/temperature.ts';
import { type Decoded, decodeManyGray, readImageHeader } from '../images/index.ts';
import { disposeModel, loadModel, predict, softmaxRows } from '../models/index.ts';
import { type FaceFinder, type FaceSquare, type NoFinder, openFaceFinder } from './face-finder.ts';
import { facesOf, type SeenFace } from './photo.ts';

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
  /** Pictures of another size than the model sees of which the middle square was answered. */
  readonly unfound: number;
  /** Why no face was looked for, where that is so. */
  readonly missing?: string;
}

/**
 * Answers image files, and those in folders, with a saved model. An image of 48 x 48 is a face. In any other the faces
 * are found and cut out as FER2013 cuts them; without one, or without the detector's package, its middle square is
 * answered. Throws BAD_IMAGE or DATA_DAMAGED for files that are missing or no images, DATA_MISSING for a folder without
 * images, and what the loader of models throws.
 */
export async function answerFiles(
  paths: readonly string[],
  options: { readonly model: string; readonly device: DeviceRequest },
): Promise<Answers> {
  const files = paths.flatMap(imagesAt);
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, options.model);
  try {
    const { faces, missing } = await lookAtFiles(files, () => openFaceFinder(engine));
    const { logits } = predict(engine, model, toRgb(joined(faces)), { preprocessing: info.preprocessing });
    const { classes, temperature = 1 } = info;
    const probabilities = softmaxRows(atTemperature(logits, temperature), classes.length);
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
    return { answers, unfound, ...(missing === undefined ? {} : { missing }) };
  } finally {
    disposeModel(model);
  }
}

interface FileFace extends SeenFace {
  readonly file: string;
  /** Of another size than the model sees. */
  readonly isPhoto: boolean;
}

/** The faces of all files. The detector is loaded when the first photograph comes. */
async function lookAtFiles(
  files: readonly string[],
  open: () => ReturnType<typeof openFaceFinder>,
): Promise<{ readonly faces: readonly FileFace[]; readonly missing: string | undefined }> {
  const looked = new Map<string, Looked>();
  const small: { readonly file: string; readonly bytes: Buffer }[] = [];
  let opened: FaceFinder | NoFinder | undefined;
  for (const file of files) {
    const bytes = readFile(file);
    const header = readImageHeader(bytes);
    if (header?.width === IMAGE_SIDE && header.height === IMAGE_SIDE) {
      small.push({ file, bytes });
      continue;
    }
    opened ??= await open();
    looked.set(file, await lookAtPhoto(bytes, typeof opened === 'function' ? opened : undefined));
  }
  const decoded = await decodeManyGray(
    small.map(({ bytes }) => bytes),
    ({ pixels }): readonly SeenFace[] => [{ pixels, square: undefined }],
  );
  for (const [i, { file }] of small.entries()) {
    const image = decoded[i];
    if (image !== undefined) looked.set(file, { ...image, isPhoto: false });
  }
  const bad: BadImage[] = [];
  const faces = files.flatMap((file): FileFace[] => {
    const seen = looked.get(file);
    if (seen?.ok === false) bad.push({ path: file, reason: seen.reason });
    return seen?.ok === true ? seen.value.map((face) => ({ ...face, file, isPhoto: seen.isPhoto })) : [];
  });
  refuseBadImages(bad, 'The list');
  return { faces, missing: typeof opened === 'object' ? opened.missing : undefined };
}

type Looked = Decoded<readonly SeenFace[]> & Pick<FileFace, 'isPhoto'>;

async function lookAtPhoto(bytes: Buffer, finder: FaceFinder | undefined): Promise<Looked> {
  try {
    return { ok: true, value: await facesOf(bytes, finder), isPhoto: true };
  } catch (error) {
    return { ok: false, reason: messageOf(error), isPhoto: true };
  }
}

function joined(faces: readonly SeenFace[]): Uint8Array {
  const pixels = new Uint8Array(faces.length * IMAGE_PIXELS);
  for (const [i, face] of faces.entries()) pixels.set(face.pixels, i * IMAGE_PIXELS);
  return pixels;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw explainReadError(error, path);
  }
}

/** The file itself, or the JPEG and PNG files in a folder and those below, by the bytes of their names. */
function imagesAt(path: string): readonly string[] {
  if (!isFolder(path)) return [path];
  const files = readdirSync(path, { withFileTypes: true, recursive: true })
    .filter(({ name }) => hasImageName(name) && !isSystemFile(name))
    .map(({ parentPath, name }) => join(parentPath, name))
    // Also what a link leads to.
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .sort(compareBytes);
  if (files.length > 0) return files;
  throw new FermentError('DATA_MISSING', `The folder ${path} holds no JPEG or PNG file.`, {
    hint: 'Name files, or a folder that has some, also further down.',
  });
}
