import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Engine, Tensor } from '../../engine/index.ts';
import { errnoOf, messageOf } from '../../kit/index.ts';

/** A square of a picture in its own pixels, as a training image would have been cut. */
export interface FaceSquare {
  readonly left: number;
  readonly top: number;
  readonly side: number;
  /** How sure the detector is, 0 to 1. */
  readonly score: number;
}

/** RGB pixels, interleaved. */
export interface ColourImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Finds faces; from left to right. */
export type FaceFinder = (image: ColourImage) => Promise<readonly FaceSquare[]>;

/** Why faces cannot be looked for, as the end of a sentence. */
export type NoFinder = { readonly missing: string };

const PACKAGE = '@vladmandic/face-api';
/**
 * Its tiny detector (YOLO-like, 190 kB) sees the picture with this side; faces below some 25 pixels of it are missed.
 */
const INPUT_SIDE = 416;
const LEAST_SCORE = 0.4;

/**
 * How FER2013 cuts faces, in terms of the detector's box of mean side s: a square of side s, its centre this much of s
 * to the right of and above the box's. Medians of 457 PublicTest images pasted into a plain picture.
 */
const RIGHT = 0.033;
const UP = 0.125;

/**
 * The optional package's detector on the engine's TensorFlow. Not on WebGPU, where the package would load a second
 * back end.
 */
export async function openFaceFinder(engine: Engine): Promise<FaceFinder | NoFinder> {
  if (engine.device === 'webgpu') return { missing: 'not looked for on WebGPU' };
  const require = createRequire(import.meta.url);
  let api: FaceApi;
  try {
    // A schema boundary: the package is optional, so that its declarations cannot be relied on.
    api = require(`${PACKAGE}/dist/face-api.node-gpu.js`) as FaceApi;
    await api.nets.tinyFaceDetector.loadFromDisk(
      join(dirname(require.resolve(`${PACKAGE}/package.json`)), 'model'),
    );
  } catch (error) {
    if (errnoOf(error) === 'MODULE_NOT_FOUND')
      return { missing: `not looked for without the package ${PACKAGE}` };
    return { missing: `not looked for: ${PACKAGE} cannot be loaded (${messageOf(error)})` };
  }
  const { tf } = engine;
  return async ({ data, width, height }) => {
    const pixels = tf.tensor3d(data, [height, width, 3], 'int32');
    const options = new api.TinyFaceDetectorOptions({ inputSize: INPUT_SIDE, scoreThreshold: LEAST_SCORE });
    try {
      const found = await api.detectAllFaces(pixels, options);
      return found.map(squareOf).sort((a, b) => a.left - b.left);
    } finally {
      pixels.dispose();
    }
  };
}

/** The part of the package that is used. */
interface FaceApi {
  readonly nets: { readonly tinyFaceDetector: { loadFromDisk(folder: string): Promise<void> } };
  readonly TinyFaceDetectorOptions: new (options: {
    readonly inputSize: number;
    readonly scoreThreshold: number;
  }) => object;
  detectAllFaces(image: Tensor, options: object): Promise<readonly Detection[]>;
}

interface Detection {
  readonly score: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

function squareOf({ score, box }: Detection): FaceSquare {
  const side = (box.width + box.height) / 2;
  const x = box.x + box.width / 2 + RIGHT * side;
  const y = box.y + box.height / 2 - UP * side;
  return { left: x - side / 2, top: y - side / 2, side, score };
}
