import type { Engine } from '../load.ts';
import { int, type Tensor } from '../native.ts';
import type { Window } from './conv.ts';
import { withNothing } from './nothing.ts';

/**
 * Kernels of more numbers than this stay with oneDNN: 16 numbers stand for 9 of the kernel, and each thread sums its own
 * 16 in the gradient. Measured up to here, the transform won for every size (docs/engine.md).
 */
const MOST_WEIGHTS = 128 * 128;

/**
 * Whether Ferment's own kernel does a convolution: 3x3, stride 1, a ring of zeros, channels in eights on both sides.
 * It takes 16 multiplications for 2x2 pixels where the sum of its definition takes 36 (Winograd's F(2x2, 3x3); Lavin and
 * Gray, 2016). The sums are others than the definition's, equal to some 1e-6 of the largest value.
 */
export function fitsWinograd({ fused }: Engine, filterShape: readonly number[], window: Window): boolean {
  if (fused === undefined) return false;
  const [height, width, channels = 0, filters = 0] = filterShape;
  const { strides, padding } = window;
  const isRing = padding === 'same' || (Array.isArray(padding) && padding.every((side) => side === 1));
  const isEven = channels % 8 === 0 && filters % 8 === 0;
  const isSmall = channels * filters <= MOST_WEIGHTS;
  return (
    height === 3 && width === 3 && strides.every((stride) => stride === 1) && isRing && isEven && isSmall
  );
}

/** `conv2d` where `fitsWinograd`. */
export function winogradConv(engine: Engine, x: Tensor, filter: Tensor, bias: Tensor | undefined): Tensor {
  return withNothing(engine, (nothing) =>
    engine.native.one('FermentConvolution', threadsOf(engine), [x, filter, bias ?? nothing]),
  );
}

/** `conv2dInputGradient` where `fitsWinograd`: the same convolution with the kernels turned round. */
export function winogradInputGradient(engine: Engine, filter: Tensor, dy: Tensor): Tensor {
  return engine.native.one('FermentConvolutionInputGrad', threadsOf(engine), [dy, filter]);
}

/** `conv2dFilterGradient` where `fitsWinograd`: the adjoint of the transform, summed over the tiles. */
export function winogradFilterGradient(engine: Engine, x: Tensor, dy: Tensor): Tensor {
  return engine.native.one('FermentConvolutionFilterGrad', threadsOf(engine), [x, dy]);
}

function threadsOf({ threads }: Engine) {
  return [int('threads', threads)];
}
