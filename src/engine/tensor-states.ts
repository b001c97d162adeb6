import { FermentError } from '../kit/index.ts';
import type { Tensor } from './native.ts';

/** The numbers of one tensor, as they go into a checkpoint. */
export interface TensorState {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
/** Name to numbers. */
export type TensorStates = Map<string, TensorState>;

/** A tensor of a saved state. Throws BAD_WEIGHTS when it is missing or of another shape. */
export function stateOf(
  state: ReadonlyMap<string, TensorState>,
  name: string,
  shape: readonly number[],
): TensorState {
  const found = state.get(name);
  const size = shape.reduce((product, side) => product * side, 1);
  if (found !== undefined && found.shape.join() === shape.join() && found.values.length === size)
    return found;
  const received = found === undefined ? 'nothing of this name' : `[${found.shape.join(', ')}]`;
  throw new FermentError(
    'BAD_WEIGHTS',
    `The saved state does not fit the training: ${name} should be [${shape.join(', ')}]. Received: ${received}.`,
    { hint: 'It was written with another model or optimizer; delete it to start anew.' },
  );
}

/** A copy of a float tensor's numbers. */
export function floatsOf(tensor: Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}
