import { join } from 'node:path';
import {
  encodeSafetensors,
  type LayersModel,
  type WeightPrecision,
  weightBytes,
} from '../../engine/index.ts';
import { type Digest, digestOf, FermentError, prettyJson, writeFileAtomic } from '../../kit/index.ts';
import type { ModelInfo } from './model-info.ts';

/** The files of a saved model, in its folder. */
export const MODEL_FILES = {
  topology: 'model.json',
  weights: 'weights.bin',
  tensors: 'model.safetensors',
  info: 'model-info.json',
} as const;

/** `model-info.json` as it lies on disk. */
export interface SavedModelInfo extends ModelInfo {
  /** Of `weights.bin`: a folder with files of two models is refused when it is read. */
  readonly weightsSha256: Digest;
}

/**
 * Writes a model into a folder: `model.json` and `weights.bin`, which any TensorFlow.js opens with
 * `tf.loadLayersModel`, the same weights for everybody else as `model.safetensors`, with Keras' names and layout, and
 * `model-info.json`. The output is logits. `float16` halves the files; what reads them gets float32. Equal models give
 * equal bytes. Each file is written atomically; other files in the folder are left alone. Throws NO_SPACE or
 * STORE_UNWRITABLE, and BAD_WEIGHTS for a number that no half can hold.
 */
export async function saveModel(
  folder: string,
  model: LayersModel,
  info: ModelInfo,
  precision: WeightPrecision = 'float32',
): Promise<void> {
  if (precision === 'float16') refuseOverflow(model);
  const { topology, weights, specs } = await serialize(model, precision);
  const modelJson = {
    format: 'layers-model',
    generatedBy: 'Ferment',
    modelTopology: topology,
    weightsManifest: [{ paths: [MODEL_FILES.weights], weights: specs }],
  };
  const saved: SavedModelInfo = { ...info, weightsSha256: digestOf(weights) };
  writeFileAtomic(join(folder, MODEL_FILES.weights), weights);
  writeFileAtomic(join(folder, MODEL_FILES.tensors), safetensorsOf(model, info, precision));
  writeFileAtomic(join(folder, MODEL_FILES.topology), prettyJson(modelJson));
  writeFileAtomic(join(folder, MODEL_FILES.info), prettyJson(saved));
}

/** From here on the nearest half is infinity. */
const HALF_OVERFLOW = 65_520;

/** Stored as infinity, one number would make others of every answer, or none at all. */
function refuseOverflow(model: LayersModel): void {
  for (const variable of model.layers.flatMap((layer) => layer.weights)) {
    const large = variable
      .read()
      .dataSync<'float32'>()
      .find((value) => !(Math.abs(value) < HALF_OVERFLOW));
    if (large === undefined) continue;
    throw new FermentError(
      'BAD_WEIGHTS',
      `Weights that are stored as float16 must be below ${HALF_OVERFLOW} in size. Received: ${large} in ${variable.originalName}.`,
      { hint: 'Store them as they are: --precision float32.' },
    );
  }
}

function safetensorsOf(model: LayersModel, info: ModelInfo, precision: WeightPrecision): Uint8Array {
  const tensors = model.layers
    .flatMap((layer) => layer.weights)
    .map((variable) => ({
      name: variable.originalName,
      shape: variable.shape.map((side) => side ?? -1),
      values: variable.read().dataSync<'float32'>(),
    }));
  // `format` says whose layout it is, as the libraries of the format write it.
  return encodeSafetensors(tensors, { format: 'tf', architecture: info.architecture }, precision);
}

async function serialize(model: LayersModel, precision: WeightPrecision) {
  const artifacts = await artifactsOf(model);
  const { modelTopology, weightData, weightSpecs } = artifacts;
  if (modelTopology === undefined || weightData === undefined || weightSpecs === undefined) {
    throw new Error('TensorFlow.js gave no weights to save');
  }
  const parts = Array.isArray(weightData) ? weightData : [weightData];
  const weights = Buffer.concat(parts.map((part) => new Uint8Array(part)));
  if (precision === 'float32') return { topology: modelTopology, weights, specs: weightSpecs };
  // TensorFlow.js' own mark of weights that are stored as halves and read as float32.
  const specs = weightSpecs.map((spec) => ({ ...spec, quantization: { dtype: precision } }));
  const numbers = new Float32Array(new Uint8Array(weights).buffer);
  return { topology: modelTopology, weights: weightBytes(numbers, precision), specs };
}

type SaveHandler = Extract<Parameters<LayersModel['save']>[0], { save?: unknown }>;
type Artifacts = Parameters<NonNullable<SaveHandler['save']>>[0];

function artifactsOf(model: LayersModel): Promise<Artifacts> {
  return new Promise((resolve, reject) => {
    const save = (artifacts: Artifacts) => {
      resolve(artifacts);
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const },
      });
    };
    model.save({ save }).catch(reject);
  });
}
