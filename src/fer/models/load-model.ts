import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, LayersModel } from '../../engine/index.ts';
import { digestOf, errnoOf, FermentError, messageOf } from '../../kit/index.ts';
import { checkModel } from './check-model.ts';
import { type ModelInfo, parseModelInfo } from './model-info.ts';
import { MODEL_FILES } from './save-model.ts';

/**
 * Reads a model that `saveModel` wrote; the caller disposes it.
 * Throws BAD_WEIGHTS when a file is missing or damaged, or when the files belong to different models, UNREADABLE when
 * the system does not let it be read.
 */
export async function loadModel(
  engine: Engine,
  folder: string,
): Promise<{ model: LayersModel; info: ModelInfo }> {
  const infoPath = join(folder, MODEL_FILES.info);
  const infoJson = readJson(infoPath);
  const info = parseModelInfo(infoJson, infoPath);
  const weightsPath = join(folder, MODEL_FILES.weights);
  const weights = read(weightsPath);
  if (digestOf(weights) !== recordOf(infoJson)['weightsSha256']) {
    throw new FermentError(
      'BAD_WEIGHTS',
      `${weightsPath} is not the file that ${MODEL_FILES.info} was written with.`,
      { hint: 'Take the folder whole, or train the model again.' },
    );
  }
  const topologyPath = join(folder, MODEL_FILES.topology);
  const model = await deserialize(engine, readJson(topologyPath), weights, topologyPath);
  try {
    checkModel(model, info, topologyPath);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, info };
}

async function deserialize(
  engine: Engine,
  json: unknown,
  weights: Uint8Array,
  path: string,
): Promise<LayersModel> {
  const { tf } = engine;
  const record = recordOf(json);
  const specs = weightSpecsOf(record['weightsManifest']);
  try {
    return await tf.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: recordOf(record['modelTopology']),
        weightSpecs: specs,
        weightData: weights.slice().buffer,
      }),
    );
  } catch (error) {
    throw new FermentError(
      'BAD_WEIGHTS',
      `${path} is not a TensorFlow.js layers model: ${messageOf(error)}`,
      {
        hint: 'Take the folder whole, or train the model again.',
        cause: error,
      },
    );
  }
}

type WeightSpecs = Parameters<Engine['tf']['io']['decodeWeights']>[1];

/** The specs of all groups in order; TensorFlow.js itself checks the entries. */
function weightSpecsOf(manifest: unknown): WeightSpecs {
  const groups: readonly unknown[] = Array.isArray(manifest) ? manifest : [];
  return groups.flatMap((group) => {
    const specs = recordOf(group)['weights'];
    return Array.isArray(specs) ? (specs as WeightSpecs) : [];
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(read(path).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FermentError('BAD_WEIGHTS', `${path} is not JSON: ${error.message}`, { cause: error });
  }
}

/** Nothing there, a file in the place of the folder, a folder in the place of the file. */
const NO_FILE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!NO_FILE.has(errnoOf(error)))
      throw new FermentError('UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
    throw new FermentError('BAD_WEIGHTS', `A saved model needs the file ${path}, which does not exist.`, {
      hint: `A model is a folder with ${Object.values(MODEL_FILES).join(', ')}.`,
      cause: error,
    });
  }
}
