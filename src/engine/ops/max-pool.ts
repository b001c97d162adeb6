import type { Engine } from '../load.ts';
import { type Attribute, FLOAT, int, NHWC, type Tensor, text } from '../native.ts';

/** Size and stride of the pooling window. */
export interface Pool {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/** The largest value of each window. */
export function maxPool(engine: Engine, x: Tensor, pool: Pool): Tensor {
  return engine.native.one('MaxPool', attributes(pool), [x]);
}

/** Gives `dy` to the first largest value of each window. */
export function maxPoolGradient(
  engine: Engine,
  at: { readonly x: Tensor; readonly y: Tensor; readonly dy: Tensor },
  pool: Pool,
): Tensor {
  return engine.native.one('MaxPoolGrad', attributes(pool), [at.x, at.y, at.dy]);
}

function attributes({ size, strides, padding }: Pool): Attribute[] {
  return [
    FLOAT,
    NHWC,
    int('ksize', [1, ...size, 1]),
    int('strides', [1, ...strides, 1]),
    text('padding', padding.toUpperCase()),
  ];
}
