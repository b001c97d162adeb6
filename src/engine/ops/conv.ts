import type { Engine } from '../load.ts';
import { type Attribute, bool, FLOAT, int, NHWC, type Tensor, text } from '../native.ts';
import { runFast, runTwin } from '../onednn.ts';
import { biasAdd } from './bias-add.ts';
import { fitsOwnConv, ownConv, ownFilterGradient, ownInputGradient } from './own-conv.ts';

/** Stride and the zeros around the image, top, bottom, left, right. */
export interface Window {
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid' | readonly [number, number, number, number];
}

/**
 * `y[n, i, j, o] = sum x[n, s i + a - top, s j + b - left, c] w[a, b, c, o] + bias[o]`, `w` as
 * `[height, width, in, out]`.
 */
export function conv2d(
  engine: Engine,
  x: Tensor,
  { filter, bias }: { readonly filter: Tensor; readonly bias?: Tensor | undefined },
  window: Window,
): Tensor {
  const shapes = { input: x.shape, filter: filter.shape };
  if (fitsOwnConv(engine, shapes, window, 'result')) return ownConv(engine, x, filter, bias);
  const attributes = convAttributes(window);
  if (bias === undefined) return runFast(engine, 'Conv2D', attributes, [x, filter]);
  if (engine.kernels === 'onednn') {
    const [fused] = runTwin(engine.native, 'Conv2DWithBias', attributes, [x, filter, bias]);
    if (fused !== undefined) return fused;
  }
  const y = engine.native.one('Conv2D', attributes, [x, filter]);
  const sum = biasAdd(engine, y, bias);
  y.dispose();
  return sum;
}

/** The gradient for the input, of the shape `inputShape`. */
export function conv2dInputGradient(
  engine: Engine,
  at: { readonly inputShape: readonly number[]; readonly filter: Tensor; readonly dy: Tensor },
  window: Window,
): Tensor {
  const shapes = { input: at.inputShape, filter: at.filter.shape };
  if (fitsOwnConv(engine, shapes, window, 'input gradient'))
    return ownInputGradient(engine, at.filter, at.dy);
  return withSizes(engine, at.inputShape, (sizes) =>
    runFast(engine, 'Conv2DBackpropInput', convAttributes(window), [sizes, at.filter, at.dy]),
  );
}

/** The gradient for the filter, of the shape `filterShape`. */
export function conv2dFilterGradient(
  engine: Engine,
  at: { readonly x: Tensor; readonly filterShape: readonly number[]; readonly dy: Tensor },
  window: Window,
): Tensor {
  const shapes = { input: at.x.shape, filter: at.filterShape };
  if (fitsOwnConv(engine, shapes, window, 'kernel gradient')) return ownFilterGradient(engine, at);
  return withSizes(engine, at.filterShape, (sizes) =>
    runFast(engine, 'Conv2DBackpropFilter', convAttributes(window), [at.x, sizes, at.dy]),
  );
}

/** Gives a gradient's kernel the shape of what it makes. */
export function withSizes({ tf }: Engine, shape: readonly number[], run: (sizes: Tensor) => Tensor): Tensor {
  const sizes = tf.tensor1d([...shape], 'int32');
  const gradient = run(sizes);
  sizes.dispose();
  return gradient;
}

/** The attributes of Conv2D and its gradients. */
export function convAttributes(window: Window): Attribute[] {
  return [...windowAttributes(window), bool('use_cudnn_on_gpu', true)];
}

/** The attributes that plain and depthwise convolutions share. */
export function windowAttributes({ strides, padding }: Window): Attribute[] {
  const attributes = [FLOAT, NHWC, int('strides', [1, ...strides, 1]), int('dilations', [1, 1, 1, 1])];
  if (typeof padding === 'string') return [...attributes, text('padding', padding.toUpperCase())];
  return [
    ...attributes,
    text('padding', 'EXPLICIT'),
    int('explicit_paddings', [0, 0, ...padding, 0, 0]), // a pair per axis: batch, height, width, channels
  ];
}
