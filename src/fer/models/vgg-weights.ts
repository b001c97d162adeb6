import { readFileSync } from 'node:fs';
import {
  type Engine,
  type LayersModel,
  type LayerVariable,
  parseSafetensors,
  readHdf5,
  type StoredTensor,
} from '../../engine/index.ts';
import { errnoOf, FermentError } from '../../kit/index.ts';

/**
 * Loads ImageNet weights into the convolutions of a VGG16 model, from a Keras `.h5` or a `.safetensors` file with
 * Keras' names: any name that has `block1_conv1` between separators, kernels as `[3, 3, in, out]`. Dense layers in
 * the file are passed over. Nothing is changed unless all 13 convolutions are there and fit.
 * Throws BAD_WEIGHTS that lists what is missing or of another shape.
 */
export async function loadVggWeights(engine: Engine, model: LayersModel, path: string): Promise<void> {
  const stored = await read(path);
  const targets = model.layers
    .filter((layer) => layer.getClassName() === 'Conv2D')
    .flatMap((layer) => layer.weights.map((variable) => ({ layer: layer.name, variable })));
  const problems: string[] = [];
  const found = targets.map(({ layer, variable }) => {
    const tensor = findTensor(stored, layer, variable);
    const shape = shapeOf(variable);
    if (tensor === undefined) problems.push(`${variable.originalName} is missing`);
    else if (tensor.shape.join() !== shape.join()) {
      problems.push(
        `${variable.originalName} should be [${shape.join(', ')}] and is [${tensor.shape.join(', ')}]`,
      );
    }
    return { variable, tensor };
  });
  if (problems.length > 0) throw refused(path, problems, stored);
  const values = found.map(({ tensor }) => tensor?.values() ?? new Float32Array());
  for (const [i, { variable }] of found.entries()) {
    const tensor = engine.tf.tensor(values[i] ?? [], shapeOf(variable));
    variable.write(tensor);
    tensor.dispose();
  }
}

async function read(path: string): Promise<Map<string, StoredTensor>> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new FermentError('DATA_MISSING', `The file of ImageNet weights does not exist: ${path}`, {
      hint: 'Correct baseline.weights in params.yaml, or set it to null to start at random.',
      cause: error,
    });
  }
  if (bytes.subarray(0, 8).equals(HDF5_SIGNATURE)) return readHdf5(path, isConvolution);
  if (path.endsWith('.safetensors')) return parseSafetensors(bytes, path);
  throw new FermentError(
    'BAD_WEIGHTS',
    `ImageNet weights should be a Keras .h5 or a .safetensors file. Received: ${path}.`,
    {
      hint: 'Keras names its file vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5.',
    },
  );
}

/** The first bytes of every HDF5 file (HDF5 file format specification, II.A). */
const HDF5_SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** A tensor below the layer's name whose rank is that of the kernel or of the bias; the rest of the name differs between versions of Keras. */
function findTensor(
  stored: ReadonlyMap<string, StoredTensor>,
  layer: string,
  variable: LayerVariable,
): StoredTensor | undefined {
  for (const [name, tensor] of stored) {
    if (partsOf(name).includes(layer) && tensor.shape.length === variable.shape.length) return tensor;
  }
  return undefined;
}

/** Spares the memory of the dense layers (400 MB), and does not take an optimizer's moments for weights. */
function isConvolution(name: string): boolean {
  const parts = partsOf(name);
  return parts.some((part) => /^block\d_conv\d$/.test(part)) && !parts.includes('optimizer_weights');
}

function partsOf(name: string): string[] {
  return name.split(/[/.]/);
}

function shapeOf(variable: LayerVariable): number[] {
  return variable.shape.map((side) => side ?? -1);
}

function refused(
  path: string,
  problems: readonly string[],
  stored: ReadonlyMap<string, StoredTensor>,
): FermentError {
  const isTorch = stored.has('features.0.weight');
  const hint = isTorch
    ? 'These are PyTorch weights: they expect images in another form than Keras. Take the Keras file.'
    : 'Take the Keras file vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5, or set baseline.weights to null.';
  return new FermentError('BAD_WEIGHTS', `${path} does not fit VGG16: ${problems.join('; ')}.`, { hint });
}
