import { File, type Group, ready } from 'h5wasm/node';

/** A tensor to be written below groups: `/model_weights/conv/kernel:0`. */
export interface Hdf5Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes an HDF5 file as Keras does: a group for each part of a name. */
export async function writeHdf5(path: string, tensors: readonly Hdf5Tensor[]): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  for (const { name, shape, values } of tensors) {
    const groups = name.split('/').filter((part) => part !== '');
    const last = groups.pop() ?? '';
    let group: Group = file;
    for (const part of groups) group = (group.get(part) ?? group.create_group(part)) as Group;
    group.create_dataset({ name: last, data: values, shape: [...shape] });
  }
  file.close();
}
