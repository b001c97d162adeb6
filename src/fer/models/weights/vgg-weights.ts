import { type Engine, type LayersModel, readWeights, type StoredWeights } from '../../../engine/index.ts';
import { FermentError, isFermentError } from '../../../kit/index.ts';
import { fitWeights, isMisfit, misfitError } from './fit-weights.ts';
import { weightTargets } from './targets.ts';
import { writeWeights } from './write-weights.ts';

/**
 * Loads ImageNet weights into the convolutions of a VGG16 model, from a Keras `.h5` or a `.safetensors` file with
 * Keras' names. Everything else in the file is passed over. Nothing is changed unless all 13 convolutions are there
 * and fit.
 * Throws DATA_MISSING, or BAD_WEIGHTS that lists what is missing or of another shape.
 */
export async function loadVggWeights(engine: Engine, model: LayersModel, path: string): Promise<void> {
  const { tensors } = await readConvolutions(path);
  const targets = weightTargets(model).filter(({ layer }) => isConvolution(layer));
  const fitted = fitWeights(tensors, { architecture: 'vgg16', targets, isSpare: () => true });
  if (isMisfit(fitted)) throw misfitError(path, 'vgg16', fitted, hintFor(tensors));
  writeWeights(engine, fitted.values);
}

async function readConvolutions(path: string): Promise<StoredWeights> {
  try {
    // Spares the memory of the dense layers (400 MB).
    return await readWeights(path, (name) => name.split(/[/.]/).some(isConvolution));
  } catch (error) {
    if (!isFermentError(error) || error.code !== 'DATA_MISSING') throw error;
    throw new FermentError(error.code, error.message, {
      hint: 'Correct baseline.weights in params.yaml, or set it to null to start at random.',
      cause: error,
    });
  }
}

function isConvolution(word: string): boolean {
  return /^block\d_conv\d$/.test(word);
}

function hintFor(tensors: StoredWeights['tensors']): string {
  return tensors.has('features.0.weight')
    ? 'These are PyTorch weights: they expect images in another form than Keras. Take the Keras file.'
    : 'Take the Keras file vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5, or set baseline.weights to null.';
}
