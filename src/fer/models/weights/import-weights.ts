import { basename } from 'node:path';
import {
  type DeviceRequest,
  type Engine,
  type LayersModel,
  loadEngine,
  readWeights,
  type StoredWeights,
} from '../../../engine/index.ts';
import { ARCHITECTURES, type Architecture, CLASSES } from '../../params/index.ts';
import { buildBlankModel, disposeModel } from '../build.ts';
import { countParameters, type ParameterCounts } from '../count.ts';
import { initializeWeights } from '../initialize.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { saveModel } from '../save-model.ts';
import {
  type FitOptions,
  type FittedWeights,
  fitWeights,
  isMisfit,
  type Misfit,
  misfitError,
} from './fit-weights.ts';
import { type Target, weightTargets } from './targets.ts';
import { writeWeights } from './write-weights.ts';

export interface ImportOptions {
  /** Keras `.h5` or `.safetensors`. */
  readonly file: string;
  readonly architecture: Architecture;
  /** Folder for the model. */
  readonly out: string;
  /** How the model was trained to see pixels; by default as in the study's trainings, of VGG16 as ImageNet's. */
  readonly preprocessing?: Preprocessing;
  readonly device: DeviceRequest;
}

/** What an import did. */
export interface ImportReport {
  readonly architecture: Architecture;
  readonly format: StoredWeights['format'];
  readonly layout: FittedWeights['layout'];
  /** Whose names the tensors had, in words. */
  readonly naming: string;
  /** Tensors that were read. */
  readonly tensors: number;
  readonly parameters: ParameterCounts;
  readonly preprocessing: Preprocessing;
  /** Layers that the file has nothing for, whose weights are random: the head of a VGG16 without one. */
  readonly randomLayers: readonly string[];
  readonly out: string;
}

const PREPROCESSING: Readonly<Record<Architecture, Preprocessing>> = {
  resnet: 'centered',
  mobilenetv2: 'centered',
  'se-resnet': 'standardized',
  'se-resnet-wide': 'standardized',
  'se-resnet-deep': 'standardized',
  vgg16: 'caffe',
};

/** Of random weights, where a file has none. */
const SEED = 42;

/**
 * Reads a model's weights from a file of another program, by Keras' or PyTorch's names and layout, and writes the
 * model as `saveModel` does. Nothing is written unless every tensor fits.
 * Throws DATA_MISSING, or BAD_WEIGHTS that lists every tensor that is missing, unknown, or of another shape or type.
 */
export async function importWeights(options: ImportOptions): Promise<ImportReport> {
  const { file, architecture, out } = options;
  // The first dense layers of ImageNet's VGG16 have 480 MB that nobody needs.
  const stored = await readWeights(
    file,
    (name) => !/(^|[/.])fc[12][/.]/.test(name) || architecture !== 'vgg16',
  );
  const engine = await loadEngine({ device: options.device });
  const model = buildBlankModel(engine, { architecture, dropout: 0 });
  try {
    const targets = weightTargets(model);
    const fitted = fitArchitecture(stored, architecture, targets);
    if (isMisfit(fitted))
      throw misfitError(file, architecture, fitted, otherFit(engine, stored, architecture));
    const { layout, naming, values } = fitted;
    const filled = new Set([...values.keys()].map(({ layer }) => layer));
    const random = model.layers.filter(({ name, weights }) => weights.length > 0 && !filled.has(name));
    initializeWeights(engine, random, architecture, SEED);
    writeWeights(engine, values);
    const { preprocessing = PREPROCESSING[architecture] } = options;
    const parameters = countParameters(model);
    await saveModel(out, model, {
      architecture,
      preprocessing,
      classes: CLASSES,
      parameters,
      epochs: 0,
      steps: 0,
      seed: SEED,
      params: { imported: { file: basename(file), sha256: stored.digest, layout, naming } },
    });
    const randomLayers = random.map(({ name }) => name);
    const { format } = stored;
    const tensors = values.size;
    return { architecture, format, layout, naming, tensors, parameters, preprocessing, randomLayers, out };
  } finally {
    disposeModel(model);
  }
}

/** The whole model; of VGG16 also the trunk alone, with or without ImageNet's own top, which has other classes. */
function fitArchitecture(
  { tensors }: StoredWeights,
  architecture: Architecture,
  targets: readonly Target[],
): FittedWeights | Misfit {
  const options: FitOptions = { architecture, targets };
  const whole = fitWeights(tensors, options);
  if (architecture !== 'vgg16' || !isMisfit(whole)) return whole;
  const trunk = targets.filter(({ layer }) => !layer.startsWith('head/'));
  const alone = fitWeights(tensors, { architecture, targets: trunk, isSpare: isTop });
  // A file with a head of ours that does not fit is told about the head, too.
  return isMisfit(alone) && whole.found > alone.found ? whole : alone;
}

/** Dense layers of ImageNet's own VGG16. */
function isTop(name: string): boolean {
  return name.split(/[/.]/).some((word) => /^(fc[12]|predictions)$/.test(word));
}

/** Says which other architecture a file fits. */
function otherFit(engine: Engine, stored: StoredWeights, refused: Architecture): string | undefined {
  const fits = ARCHITECTURES.filter((one) => one !== refused).find((architecture) => {
    const model: LayersModel = buildBlankModel(engine, { architecture, dropout: 0 });
    const fitted = fitArchitecture(stored, architecture, weightTargets(model));
    disposeModel(model);
    return !isMisfit(fitted);
  });
  return fits === undefined ? undefined : `It fits ${fits}: --model ${fits}`;
}
