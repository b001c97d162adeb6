import { FermentError } from '../kit/index.ts';
import type { Engine } from './load.ts';
import type { LayersModel, Tensor, Tensor4D } from './native.ts';

/** The images of a step as a tensor; `owned`: it was made here. Throws BAD_ARRAY when they do not fit the model. */
export function asBatch(
  engine: Engine,
  model: LayersModel,
  images: Float32Array | Tensor4D,
  count: number,
): { tensor: Tensor; owned: boolean } {
  const shape = [count, ...(model.inputs[0]?.shape.slice(1) ?? [])].map((side) => side ?? -1);
  const size = shape.reduce((product, side) => product * side, 1);
  const received =
    images instanceof Float32Array ? `${images.length} numbers` : `[${images.shape.join(', ')}]`;
  const fits =
    images instanceof Float32Array ? images.length === size : fitsModel(model, images.shape, shape);
  if (!fits || count === 0) {
    throw new FermentError(
      'BAD_ARRAY',
      `A batch with ${count} labels needs images of the shape [${shape.join(', ')}]. Received: ${received}.`,
    );
  }
  if (!(images instanceof Float32Array)) return { tensor: images, owned: false };
  return { tensor: engine.tf.tensor(images, shape), owned: true };
}

/** Height and width are free unless a Flatten ties the layers after it to one size. */
function fitsModel(model: LayersModel, shape: readonly number[], expected: readonly number[]): boolean {
  if (shape.join() === expected.join()) return true;
  const isTied = model.layers.some((layer) => layer.getClassName() === 'Flatten');
  const sameRank = shape.length === expected.length;
  return !isTied && sameRank && shape[0] === expected[0] && shape.at(-1) === expected.at(-1);
}

/** Throws BAD_ARRAY for a label that is none of the classes, and for targets of another number of images. */
export function checkAnswers(
  labels: ArrayLike<number>,
  targets: Float32Array | undefined,
  classes: number,
): void {
  const count = labels.length;
  if (targets !== undefined && targets.length !== count * classes) {
    throw new FermentError(
      'BAD_ARRAY',
      `Targets of ${count} images must be [${count}, ${classes}]. Received: ${targets.length} numbers.`,
    );
  }
  for (let i = 0; i < count; i++) {
    const label = labels[i] ?? -1;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new FermentError(
      'BAD_ARRAY',
      `Labels must be integers from 0 to ${classes - 1}. Received: ${label} at position ${i}.`,
    );
  }
}
