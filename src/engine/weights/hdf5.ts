import type { Dataset } from 'h5wasm/node';
import { FermentError, messageOf } from '../../kit/index.ts';
import type { StoredTensor } from './safetensors.ts';

/**
 * Reads the arrays of an HDF5 file (`.h5`, what Keras writes) whose names are wanted; a name is the path in the file,
 * `/block1_conv1/kernel:0`.
 * Throws BAD_WEIGHTS when it is not such a file.
 */
export async function readHdf5(
  path: string,
  wants: (name: string) => boolean,
): Promise<Map<string, StoredTensor>> {
  const hdf5 = await import('h5wasm/node');
  const library = await hdf5.ready;
  // Else the library prints its errors and goes on with an invalid handle.
  library.activate_throwing_error_handler();
  try {
    const file = new hdf5.File(path, 'r');
    try {
      return new Map(
        file
          .paths()
          .filter(wants)
          .flatMap((name) => {
            const entity = file.get(name);
            return entity instanceof hdf5.Dataset ? [[name, tensorOf(entity, name, path)]] : [];
          }),
      );
    } finally {
      file.close();
    }
  } catch (error) {
    throw new FermentError('BAD_WEIGHTS', `${path} cannot be read as HDF5: ${reasonOf(error)}.`, {
      hint: 'Download or copy the file again.',
      cause: error,
    });
  }
}

/** Numbers are read at once: the file is closed before anybody asks for them. */
function tensorOf(dataset: Dataset, name: string, path: string): StoredTensor {
  const { numbers, why } = numbersOf(dataset);
  return {
    shape: dataset.shape ?? [],
    values: () => {
      if (numbers !== undefined) return new Float32Array(numbers);
      throw new FermentError('BAD_WEIGHTS', `${path}: ${name} ${why}.`);
    },
  };
}

/** An array that cannot be read, of half floats or packed by an unknown filter, is no reason to refuse the others. */
function numbersOf(dataset: Dataset): { readonly numbers?: Float32Array; readonly why?: string } {
  try {
    const { value } = dataset;
    if (value instanceof Float64Array) return { numbers: Float32Array.from(value) };
    if (value instanceof Float32Array) return { numbers: value };
    return { why: 'should hold float32 or float64 numbers' };
  } catch (error) {
    return { why: `should hold float32 or float64 numbers, and cannot be read: ${reasonOf(error)}` };
  }
}

/** What an error of the library says, in one line: its text is a stack of the library's own calls. */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  const reasons = [...text.matchAll(/^ +#\d+: .*\(\): (.+)$/gm)].map(([, reason = '']) => reason);
  return reasons.find((reason) => reason.startsWith('required filter')) ?? reasons.at(-1) ?? text;
}
