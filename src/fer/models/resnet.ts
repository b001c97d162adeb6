import type { Engine, LayersModel, SymbolicTensor } from '../../engine/index.ts';
import { batchNorm, chain, connect, conv, dense, dropout, IMAGE_SHAPE, logits, relu } from './layers.ts';

/**
 * The small residual net of the study ("ResSim"): two blocks of two 3x3 convolutions with a 1x1 convolution as
 * shortcut (no batch norm there), each followed by 2x2 pooling, then a dense layer of 64 and the logits.
 * 481,551 learnable numbers, 92 % of them in `dense1`.
 */
export function buildResnet(engine: Engine, rate: number): LayersModel {
  const { tf } = engine;
  const input = tf.input({ shape: IMAGE_SHAPE, name: 'image' });
  const block1 = block(engine, input, { name: 'block1', filters: 24, rate }); // [n, 24, 24, 24]
  const block2 = block(engine, block1, { name: 'block2', filters: 48, rate }); // [n, 12, 12, 48]
  const output = chain(engine, block2, [
    tf.layers.flatten({ name: 'flatten' }), // [n, 6912]
    dense(engine, 64, 'dense1'),
    relu(engine, 'dense1/relu'), // [n, 64]: the embedding
    dropout(engine, rate, 'dense1/dropout'),
    logits(engine),
  ]);
  return tf.model({ inputs: input, outputs: output, name: 'resnet' });
}

function block(
  engine: Engine,
  input: SymbolicTensor,
  { name, filters, rate }: { readonly name: string; readonly filters: number; readonly rate: number },
): SymbolicTensor {
  const { layers } = engine.tf;
  const convolution = (part: string, kernelSize: number) =>
    conv(engine, { name: `${name}/${part}`, filters, kernelSize, useBias: true });
  const branch = chain(engine, input, [
    convolution('conv1', 3),
    batchNorm(engine, `${name}/bn1`),
    relu(engine, `${name}/relu1`),
    convolution('conv2', 3),
    batchNorm(engine, `${name}/bn2`),
  ]);
  const shortcut = connect(engine, convolution('shortcut', 1), input);
  const sum = connect(engine, layers.add({ name: `${name}/add` }), [branch, shortcut]);
  return chain(engine, sum, [
    relu(engine, `${name}/relu2`),
    layers.maxPooling2d({ poolSize: 2, strides: 2, name: `${name}/pool` }),
    dropout(engine, rate, `${name}/dropout`),
  ]);
}
