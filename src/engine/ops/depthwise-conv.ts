import type { Engine } from '../load.ts';
import type { Tensor } from '../native.ts';
import { runFast } from '../onednn.ts';
import { type Window, windowAttributes, withSizes } from './conv.ts';

/**
 * One filter per channel: `y[n, i, j, c] = sum x[n, s i + a - top, s j + b - left, c] w[a, b, c, 0]`, `w` as
 * `[height, width, channels, 1]`. Padding may be explicit, since TensorFlow's `same` pads an even image with
 * stride 2 at the bottom and right only, where PyTorch pads every side.
 */
export function depthwiseConv2d(engine: Engine, x: Tensor, filter: Tensor, window: Window): Tensor {
  return runFast(engine, 'DepthwiseConv2dNative', windowAttributes(window), [x, filter]);
}

/** The gradient for the input, of the shape `inputShape`. */
export function depthwiseConv2dInputGradient(
  engine: Engine,
  at: { readonly inputShape: readonly number[]; readonly filter: Tensor; readonly dy: Tensor },
  window: Window,
): Tensor {
  const attributes = windowAttributes(window);
  return withSizes(engine, at.inputShape, (sizes) => {
    const inputs = [sizes, at.filter, at.dy];
    // The oneDNN kernel of this gradient takes no explicit padding.
    return typeof window.padding === 'string'
      ? runFast(engine, 'DepthwiseConv2dNativeBackpropInput', attributes, inputs)
      : engine.native.one('DepthwiseConv2dNativeBackpropInput', attributes, inputs);
  });
}

/** The gradient for the filter, of the shape `filterShape`. */
export function depthwiseConv2dFilterGradient(
  engine: Engine,
  at: { readonly x: Tensor; readonly filterShape: readonly number[]; readonly dy: Tensor },
  window: Window,
): Tensor {
  const attributes = windowAttributes(window);
  return withSizes(engine, at.filterShape, (sizes) =>
    engine.native.one('DepthwiseConv2dNativeBackpropFilter', attributes, [at.x, sizes, at.dy]),
  );
}
