import type { Engine } from '../load.ts';
import { type Attribute, int, type Tensor } from '../native.ts';
import type { Window } from './conv.ts';
import { FUSED_ACTIVATIONS, type FusedActivation } from './norm-activation.ts';
import { withNothing } from './nothing.ts';
import { productAttributes } from './products.ts';

/**
 * The gradients of kernels of more numbers than this stay with oneDNN: 16 numbers stand for 9 of the kernel, and each
 * group of images sums its own 16. Measured up to here, the transform won for every size (docs/engine.md).
 */
const MOST_WEIGHTS = 128 * 128;

/** Of a smaller image, tiles of 2x2 pixels have too few for kernels that large to be transformed each time. */
const SMALLEST_FOR_MORE = 6;

/** An image of fewer channels has nothing that would fill the vectors of a transform. */
const FEW_CHANNELS = 8;

/** What decides whether they run, and how. */
export type OwnConvEngine = Pick<Engine, 'fused' | 'threads' | 'precision'>;

/** What a convolution is for. */
export type Wanted = 'result' | 'kernel gradient' | 'input gradient';

/** The shapes of a convolution: its input `[n, height, width, in]`, its kernels `[height, width, in, out]`. */
export interface ConvShapes {
  readonly input: readonly number[];
  readonly filter: readonly number[];
}

/**
 * Whether Ferment's own kernels do a convolution: stride 1, filters in eights, and
 * - 1x1, or 3x3 with a ring of zeros on an image of few channels: a product of matrices, whose sums are those of its
 *   definition; the gradient for the input exists for 1x1, with channels in eights;
 * - else 3x3 with a ring of zeros and channels in eights: 16 multiplications for 2x2 pixels where the definition takes
 *   36 (Winograd's F(2x2, 3x3); Lavin and Gray, 2016), other sums than the definition's, equal to some 1e-6 of the
 *   largest value.
 */
export function fitsOwnConv(
  { fused }: OwnConvEngine,
  { input, filter }: ConvShapes,
  { strides, padding }: Window,
  wanted: Wanted,
): boolean {
  const [height, width, channels = 0, filters = 0] = filter;
  if (fused === undefined || height !== width || strides.some((stride) => stride !== 1)) return false;
  if (filters % 8 !== 0 || (channels * filters > MOST_WEIGHTS && !fitsMore(input, wanted, height)))
    return false;
  const isEven = channels % 8 === 0;
  const isFree = wanted !== 'input gradient';
  const zeros = typeof padding === 'string' ? undefined : new Set(padding);
  if (height === 1) return (isEven || isFree) && (zeros === undefined || isAll(zeros, 0));
  const isRing = padding === 'same' || (zeros !== undefined && isAll(zeros, 1));
  return height === 3 && isRing && (isEven || (channels < FEW_CHANNELS && isFree));
}

/** Whether kernels may be larger than is measured for gradients. */
function fitsMore(
  [, height = 0, width = 0]: readonly number[],
  wanted: Wanted,
  side: number | undefined,
): boolean {
  return wanted === 'result' && side === 3 && Math.min(height, width) >= SMALLEST_FOR_MORE;
}

function isAll(values: ReadonlySet<number>, value: number): boolean {
  return values.size === 1 && values.has(value);
}

/** Its inputs are an image batch, kernels, a bias and a tensor to add; the last two may be empty. */
export const OWN_CONVOLUTION = 'FermentConvolution';

/** `conv2d` where `fitsOwnConv`. */
export function ownConv(engine: Engine, x: Tensor, filter: Tensor, bias: Tensor | undefined): Tensor {
  return withNothing(engine, (nothing) =>
    engine.native.one(OWN_CONVOLUTION, ownConvAttributes(engine, filter.shape), [
      x,
      filter,
      bias ?? nothing,
      nothing,
    ]),
  );
}

/** `conv2dInputGradient` where `fitsOwnConv`: the same convolution with the kernels turned round. */
export function ownInputGradient(engine: Engine, filter: Tensor, dy: Tensor): Tensor {
  return engine.native.one('FermentConvolutionInputGrad', ownConvAttributes(engine, filter.shape), [
    dy,
    filter,
  ]);
}

/** `conv2dFilterGradient` where `fitsOwnConv`: the sum over windows, or over the tiles of the transform. */
export function ownFilterGradient(
  engine: Engine,
  {
    x,
    filterShape,
    dy,
  }: { readonly x: Tensor; readonly filterShape: readonly number[]; readonly dy: Tensor },
): Tensor {
  return engine.native.one('FermentConvolutionFilterGrad', ownConvAttributes(engine, filterShape), [x, dy]);
}

/** The attributes of these operations; the convolution itself may be followed by an activation, in inference. */
export function ownConvAttributes(
  engine: OwnConvEngine,
  [side = 0]: readonly number[],
  activation: FusedActivation = 'none',
): readonly Attribute[] {
  return [...productAttributes(engine), int('side', side), int('activation', FUSED_ACTIVATIONS[activation])];
}
