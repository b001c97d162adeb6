import { FermentError } from '../../kit/index.ts';
import type { Layer, SymbolicTensor } from '../native.ts';

/** A layer where the model calls it: another call of the same layer has other inputs. */
export interface Call {
  readonly layer: Layer;
  readonly node: Layer['inboundNodes'][number];
}

/** The call that makes a tensor of the model. Throws INTERNAL where there is none. */
export function callThatMade({ sourceLayer: layer, nodeIndex }: SymbolicTensor): Call {
  const node = layer.inboundNodes[nodeIndex];
  if (node === undefined) throw unsupported(layer, `it has no call ${nodeIndex}`);
  return { layer, node };
}

/** The call that makes an input. Throws INTERNAL for a layer without it. */
export function sourceOf({ layer, node }: Call, position = 0): Call {
  const tensor = node.inputTensors[position];
  if (tensor === undefined) throw unsupported(layer, `it has no input ${position}`);
  return callThatMade(tensor);
}

/** Shape of an input without the batch axis; -1 for a side that is not known. */
export function inputShapeOf({ layer, node }: Call, position = 0): number[] {
  const tensor = node.inputTensors[position];
  if (tensor === undefined) throw unsupported(layer, `it has no input ${position}`);
  return tensor.shape.slice(1).map((side) => side ?? -1);
}

/**
 * Throws INTERNAL unless an element-wise layer has two inputs that its kernel takes as TensorFlow.js does: of one
 * shape, or, where a side of 1 may be repeated, of one rank.
 */
export function checkBranches(call: Call, fit: 'shape' | 'rank'): void {
  const shapes = call.node.inputTensors.map((_, position) => inputShapeOf(call, position));
  const [a, b, ...others] = shapes;
  const count = shapes.length;
  if (a === undefined || b === undefined || others.length > 0)
    throw unsupported(call.layer, `two inputs are needed, it has ${count}`);
  if (a.length !== b.length || (fit === 'shape' && a.some((side, axis) => side !== b[axis])))
    throw unsupported(
      call.layer,
      `inputs of one ${fit} are needed, they are [${a.join()}] and [${b.join()}]`,
    );
}

/** The error of a layer that would not be computed as TensorFlow.js computes it. */
export function unsupported(layer: Layer, why: string): FermentError {
  return new FermentError('INTERNAL', `The layer ${layer.name} cannot be compiled: ${why}.`);
}
