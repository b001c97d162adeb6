import { readFileSync } from 'node:fs';
import { type Digest, digestOf, errnoOf, FermentError } from '../../kit/index.ts';
import { readHdf5 } from './hdf5.ts';
import { parseSafetensors, type StoredTensor } from './safetensors.ts';

/** The tensors of a weights file, by the names that they have there. */
export interface StoredWeights {
  readonly format: 'safetensors' | 'hdf5';
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly digest: Digest;
}

/** The first bytes of every HDF5 file (HDF5 file format specification, II.A). */
const HDF5_SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Of every ZIP archive. */
const ZIP_SIGNATURE = Buffer.from('PK\x03\x04', 'latin1');

/**
 * Reads a Keras `.h5` or a `.safetensors` file, told apart by their content. Of an HDF5 file only the arrays whose
 * names are wanted are read.
 * Throws DATA_MISSING when there is no such file, BAD_WEIGHTS when it is of another kind or damaged.
 */
export async function readWeights(
  path: string,
  wants: (name: string) => boolean = () => true,
): Promise<StoredWeights> {
  const bytes = readFile(path);
  const digest = digestOf(bytes);
  if (startsWith(bytes, HDF5_SIGNATURE))
    return { format: 'hdf5', tensors: await readHdf5(path, wants), digest };
  if (path.endsWith('.safetensors') || bytes[8] === 0x7b /* { */)
    return { format: 'safetensors', tensors: parseSafetensors(bytes, path), digest };
  throw new FermentError(
    'BAD_WEIGHTS',
    `Weights should be a Keras .h5 or a .safetensors file. Received: ${path}, which is neither.`,
    { hint: startsWith(bytes, ZIP_SIGNATURE) ? ZIP_HINT : undefined },
  );
}

const ZIP_HINT =
  'It looks like a PyTorch .pth or a Keras .keras file. In Python, save the weights again: ' +
  'safetensors.torch.save_file(torch.load(FILE, map_location="cpu"), "weights.safetensors"), or ' +
  'keras.models.load_model(FILE).save_weights("model.weights.h5").';

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT')
      throw new FermentError('DATA_MISSING', `The weights file does not exist: ${path}`, { cause: error });
    if (errnoOf(error) === 'EISDIR')
      throw new FermentError('BAD_WEIGHTS', `Weights should be a file. Received: the folder ${path}.`, {
        cause: error,
      });
    throw error;
  }
}

function startsWith(bytes: Buffer, signature: Buffer): boolean {
  return bytes.subarray(0, signature.length).equals(signature);
}
