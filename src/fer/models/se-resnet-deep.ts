import type { Engine, LayersModel } from '../../engine/index.ts';
import { chain, dropout, GRAY_IMAGE_SHAPE, logits } from './layers.ts';
import { globalAverage, pool, residualBlock, squeezeBlock, unit } from './se-resnet-parts.ts';

/**
 * The SE-ResNet with 13 convolutions instead of 8, as many numbers as its wide form: two convolutions at full size,
 * and three residual blocks before the one with squeeze and excitation. What it has more in depth it has less in
 * width at its end, where a channel costs most. 466,045 learnable numbers, 80.3 million multiply-adds; its embedding
 * is 112 wide.
 */
export function buildDeepSeResnet(engine: Engine, rate: number): LayersModel {
  const { tf } = engine;
  const input = tf.input({ shape: GRAY_IMAGE_SHAPE, name: 'image' });
  let x = chain(engine, input, [
    ...unit(engine, 'stem1', 24),
    ...unit(engine, 'stem2', 24),
    pool(engine, 'stem'),
    ...unit(engine, 'early', 48),
  ]); // [n, 24, 24, 48]
  x = residualBlock(engine, x, 'block1', 48);
  x = chain(engine, x, [pool(engine, 'early'), ...unit(engine, 'middle', 72)]); // [n, 12, 12, 72]
  x = residualBlock(engine, x, 'block2', 72);
  x = residualBlock(engine, x, 'block3', 72);
  x = chain(engine, x, [pool(engine, 'middle'), ...unit(engine, 'late', 112)]); // [n, 6, 6, 112]
  const output = chain(engine, squeezeBlock(engine, x, 'block4', 112), [
    globalAverage(engine, 'pool'), // [n, 112]
    dropout(engine, rate, 'dropout'),
    logits(engine),
  ]);
  return tf.model({ inputs: input, outputs: output, name: 'se-resnet-deep' });
}
