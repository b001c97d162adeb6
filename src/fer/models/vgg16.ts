import type { Engine, Layer, LayersModel } from '../../engine/index.ts';
import { chain, dense, dropout, IMAGE_SHAPE, logits, relu } from './layers.ts';

/** Filters and number of convolutions of the five blocks, each ended by 2x2 pooling: 48, 24, 12, 6, 3, 1. */
const BLOCKS = [
  { filters: 64, convolutions: 2 },
  { filters: 128, convolutions: 2 },
  { filters: 256, convolutions: 3 },
  { filters: 512, convolutions: 3 },
  { filters: 512, convolutions: 3 },
] as const;
const HIDDEN = 32;

/**
 * The study's baseline: VGG16 without its top (Simonyan and Zisserman, 2015), of which only the fifth block is
 * trained, and a head of three dense layers of 32 with batch norm, then the logits.
 * 14,735,879 numbers, moving statistics included, as Keras counts; 7,099,399 of them are trained.
 */
export function buildVgg16(engine: Engine, rate: number): LayersModel {
  const { tf } = engine;
  const input = tf.input({ shape: IMAGE_SHAPE, name: 'image' });
  const trunk = chain(
    engine,
    input,
    BLOCKS.flatMap((_, i) => block(engine, i)),
  ); // [n, 1, 1, 512]
  const output = chain(engine, trunk, [
    dropout(engine, rate, 'head/dropout0'),
    tf.layers.flatten({ name: 'head/flatten' }),
    headBatchNorm(engine, 'head/bn0'),
    ...hidden(engine, 1),
    dropout(engine, rate, 'head/dropout1'),
    ...hidden(engine, 2),
    dropout(engine, rate, 'head/dropout2'),
    ...hidden(engine, 3), // [n, 32]: the embedding
    logits(engine, 'head/predictions'),
  ]);
  return tf.model({ inputs: input, outputs: output, name: 'vgg16' });
}

/** Convolutions with Keras' own names, frozen but for the last block. */
function block(engine: Engine, index: number): Layer[] {
  const { layers } = engine.tf;
  const { filters, convolutions } = BLOCKS[index] ?? { filters: 0, convolutions: 0 };
  const name = `block${index + 1}`;
  const trainable = index === BLOCKS.length - 1;
  const convolution = (number: number): Layer =>
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: 'zeros',
      name: `${name}_conv${number}`,
      trainable,
    });
  return [
    ...Array.from({ length: convolutions }, (_, i) => convolution(i + 1)),
    layers.maxPooling2d({ poolSize: 2, strides: 2, name: `${name}_pool` }),
  ];
}

function hidden(engine: Engine, number: number): Layer[] {
  return [
    dense(engine, HIDDEN, `head/dense${number}`),
    headBatchNorm(engine, `head/bn${number}`),
    relu(engine, `head/relu${number}`),
  ];
}

/** The head was written with Keras' defaults, unlike the compact nets. */
function headBatchNorm(engine: Engine, name: string): Layer {
  return engine.tf.layers.batchNormalization({ momentum: 0.99, epsilon: 1e-3, name });
}
