import type { Engine } from '../load.ts';
import { type Attribute, bool, FLOAT, int, NHWC, type Tensor, text } from '../native.ts';
import { runTwin } from '../onednn.ts';

/** Size and stride of the pooling window. */
export interface Pool {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/**
 * The output, and what the gradient needs besides input and output: where each maximum was, for a kernel that notes it.
 */
export interface Pooled {
  readonly y: Tensor;
  readonly places: Tensor | undefined;
}

/** The largest value of each window. */
export function maxPool(engine: Engine, x: Tensor, pool: Pool): Pooled {
  const list = poolAttributes(pool);
  if (engine.kernels === 'standard') return { y: engine.native.one('MaxPool', list, [x]), places: undefined };
  const [y, places] = runTwin(engine.native, 'MaxPool', [...list, WITH_PLACES], [x], 2);
  if (!(y && places)) throw new Error('MaxPool');
  return { y, places };
}

/** Gives `dy` to the first largest value of each window. */
export function maxPoolGradient(
  engine: Engine,
  at: Pooled & { readonly x: Tensor; readonly dy: Tensor },
  pool: Pool,
): Tensor {
  const inputs = [at.x, at.y, at.dy];
  const list = poolAttributes(pool);
  if (at.places === undefined) return engine.native.one('MaxPoolGrad', list, inputs);
  const [dx] = runTwin(engine.native, 'MaxPoolGrad', [...list, WITH_PLACES], [...inputs, at.places]);
  if (dx === undefined) throw new Error('MaxPoolGrad');
  return dx;
}

const WITH_PLACES = bool('workspace_enabled', true);

/** The attributes of MaxPool and of its gradient. */
export function poolAttributes({ size, strides, padding }: Pool): Attribute[] {
  return [
    FLOAT,
    NHWC,
    int('ksize', [1, ...size, 1]),
    int('strides', [1, ...strides, 1]),
    text('padding', padding.toUpperCase()),
  ];
}
