import type { Engine } from '../load.ts';
import { FLOAT, float, int, type Tensor, type } from '../native.ts';

/** Two 32-bit integers that decide a dropout mask. */
export type DropoutSeed = readonly [key: number, counter: number];

/**
 * `x` times its dropout mask; with a gradient as `x`, dropout's gradient. By Ferment's own kernel where there is one,
 * which makes the same mask on the way.
 */
export function dropout(engine: Engine, x: Tensor, rate: number, seed: DropoutSeed): Tensor {
  const { tf, native } = engine;
  return tf.tidy(() => {
    if (engine.fused === undefined) {
      return native.one('Mul', [FLOAT], [x, dropoutMask(engine, x.shape, rate, seed)]);
    }
    const attributes = [int('threads', engine.threads), float('rate', rate)];
    return native.one('FermentDropout', attributes, [x, tf.tensor1d([...seed], 'int32')]);
  });
}

/**
 * A dropout mask: 0 with probability `rate`, else `1 / (1 - rate)`. The same seed and shape give the same mask.
 * The numbers come from StatelessRandomUniform (Philox 4x32-10; Salmon et al., 2011), so that nothing is drawn in
 * JavaScript and no hidden state has to be saved.
 */
export function dropoutMask(
  engine: Engine,
  shape: readonly number[],
  rate: number,
  seed: DropoutSeed,
): Tensor {
  const { tf, native } = engine;
  return tf.tidy(() => {
    const uniform = native.one(
      'StatelessRandomUniform',
      [type('dtype', 'float32'), type('T', 'int32'), type('Tseed', 'int32')],
      [tf.tensor1d([...shape], 'int32'), tf.tensor1d([...seed], 'int32')],
    );
    const kept = native.one('GreaterEqual', [FLOAT], [uniform, tf.scalar(rate)]);
    const ones = native.one('Cast', [type('SrcT', 'bool'), type('DstT', 'float32')], [kept]);
    return native.one('Mul', [FLOAT], [ones, tf.scalar(1 / (1 - rate))]);
  });
}
