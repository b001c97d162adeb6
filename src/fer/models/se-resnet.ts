import type { Engine, LayersModel } from '../../engine/index.ts';
import { chain, dropout, GRAY_IMAGE_SHAPE, logits } from './layers.ts';
import { globalAverage, pool, residualBlock, squeezeBlock, unit } from './se-resnet-parts.ts';

/** Channels of the four stages: at 48, 24, 12 and 6 pixels. */
interface Channels {
  readonly stem: number;
  readonly early: number;
  readonly middle: number;
  readonly late: number;
}
const NARROW: Channels = { stem: 32, early: 48, middle: 80, late: 112 };
const WIDE: Channels = { stem: 32, early: 48, middle: 88, late: 128 };

/**
 * The study's own compact net: a small residual net (He et al., 2016) with one squeeze-and-excitation unit (Hu et
 * al., 2018) at its end, on one gray channel. Every convolution is 3x3 without bias and has a batch norm. 383,381
 * learnable numbers, 49.1 million multiply-adds. It ends in a global average, so that it trains on images of any
 * size; the embedding is that average, 112 wide.
 */
export function buildSeResnet(engine: Engine, rate: number): LayersModel {
  return build(engine, rate, NARROW, 'se-resnet');
}

/**
 * The same with wider late stages: 467,527 learnable numbers, fewer than the paper's ResNet has; its embedding is 128
 * wide.
 */
export function buildWideSeResnet(engine: Engine, rate: number): LayersModel {
  return build(engine, rate, WIDE, 'se-resnet-wide');
}

function build(engine: Engine, rate: number, channels: Channels, name: string): LayersModel {
  const { tf } = engine;
  const input = tf.input({ shape: GRAY_IMAGE_SHAPE, name: 'image' });
  let x = chain(engine, input, [...unit(engine, 'stem', channels.stem), pool(engine, 'stem')]); // [n, 24, 24, stem]
  x = chain(engine, x, [
    ...unit(engine, 'early1', channels.early),
    ...unit(engine, 'early2', channels.early),
    pool(engine, 'early'),
  ]); // [n, 12, 12, early]
  x = chain(engine, x, unit(engine, 'middle', channels.middle));
  x = chain(engine, residualBlock(engine, x, 'block1', channels.middle), [pool(engine, 'middle')]); // [n, 6, 6, middle]
  x = chain(engine, x, unit(engine, 'late', channels.late));
  const output = chain(engine, squeezeBlock(engine, x, 'block2', channels.late), [
    globalAverage(engine, 'pool'), // [n, late]
    dropout(engine, rate, 'dropout'),
    logits(engine),
  ]);
  return tf.model({ inputs: input, outputs: output, name });
}
