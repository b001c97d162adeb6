import { unreachable } from '../../../kit/index.ts';
import type { Target } from './targets.ts';

/** How a tensor lies in PyTorch: its axes there, and which of them each of ours is. */
interface TorchLayout {
  /** As it is stored. */
  readonly shape: readonly number[];
  /** The same numbers with an axis for everything that moves. */
  readonly view: readonly number[];
  /** Our axes, each by its number in `view`. */
  readonly order: readonly number[];
}

/** The shape that a tensor has in a PyTorch state dict. */
export function torchShape(target: Target): readonly number[] {
  return layoutOf(target).shape;
}

/** Moves the numbers of a PyTorch tensor to where TensorFlow has them. */
export function fromTorch(values: Float32Array, target: Target): Float32Array<ArrayBuffer> {
  const { view, order } = layoutOf(target);
  return transpose(values, view, order);
}

/**
 * `nn.Conv2d` has `[out, in, height, width]`, depthwise `[channels, 1, height, width]`, `nn.Linear` `[out, in]`; a
 * flattened image is channel-major there, `[channels, height, width]`.
 */
function layoutOf({ shape, axes }: Target): TorchLayout {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  switch (axes.kind) {
    case 'convolution':
      return same([d, c, a, b], [2, 3, 1, 0]);
    case 'depthwise':
      return same([c, d, a, b], [2, 3, 0, 1]);
    case 'dense':
      return same([b, a], [1, 0]);
    case 'flattened': {
      const [height, width, channels] = axes.image;
      return { shape: [b, a], view: [b, channels, height, width], order: [2, 3, 1, 0] };
    }
    case 'vector':
      return same(shape, [0]);
    default:
      return unreachable(axes);
  }
}

function same(shape: readonly number[], order: readonly number[]): TorchLayout {
  return { shape, view: shape, order };
}

function transpose(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array<ArrayBuffer> {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, side) => product * side, 1));
  const sides = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const out = new Float32Array(values.length);
  const at = sides.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from] ?? 0;
    // Counts like an odometer: the last axis moves first.
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1;
      from += steps[axis] ?? 0;
      at[axis] = next;
      if (next < (sides[axis] ?? 1)) break;
      from -= next * (steps[axis] ?? 0);
      at[axis] = 0;
    }
  }
  return out;
}
