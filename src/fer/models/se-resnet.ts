import type { Engine, LayersModel, SymbolicTensor } from '../../engine/index.ts';
import { batchNorm, chain, connect, conv, dropout, GRAY_IMAGE_SHAPE, logits, relu } from './layers.ts';

/** Channels of the four stages: at 48, 24, 12 and 6 pixels. */
interface Channels {
  readonly stem: number;
  readonly early: number;
  readonly middle: number;
  readonly late: number;
}
const NARROW: Channels = { stem: 32, early: 48, middle: 80, late: 112 };
const WIDE: Channels = { stem: 32, early: 48, middle: 88, late: 128 };
/** The bottleneck of squeeze and excitation has an eighth of the channels. */
const REDUCTION = 8;

/**
 * The study's own compact net: a small residual net (He et al., 2016) with one squeeze-and-excitation unit (Hu et
 * al., 2018) at its end, on one gray channel. Every convolution is 3x3 without bias and has a batch norm. 383,381
 * learnable numbers, 49.1 million multiply-adds. It ends in a global average, so that it trains on images of any
 * size; the embedding is that average, 112 wide.
 */
export function buildSeResnet(engine: Engine, rate: number): LayersModel {
  return build(engine, rate, NARROW, 'se-resnet');
}

/** The same with wider late stages: 467,527 learnable numbers, fewer than the paper's ResNet has; its embedding is 128 wide. */
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
  x = chain(engine, middleBlock(engine, x, channels.middle), [pool(engine, 'middle')]); // [n, 6, 6, middle]
  x = chain(engine, x, unit(engine, 'late', channels.late));
  const output = chain(engine, lateBlock(engine, x, channels.late), [
    globalAverage(engine, 'pool'), // [n, late]
    dropout(engine, rate, 'dropout'),
    logits(engine),
  ]);
  return tf.model({ inputs: input, outputs: output, name });
}

/** Two convolutions beside the identity. */
function middleBlock(engine: Engine, input: SymbolicTensor, filters: number): SymbolicTensor {
  const branch = chain(engine, input, [
    ...unit(engine, 'block1/a', filters),
    ...unit(engine, 'block1/b', filters).slice(0, 2),
  ]);
  return joined(engine, 'block1', input, branch);
}

/** One convolution beside the identity, each of its maps scaled by a factor that all of them decide. */
function lateBlock(engine: Engine, input: SymbolicTensor, filters: number): SymbolicTensor {
  const { layers } = engine.tf;
  const branch = chain(engine, input, unit(engine, 'block2/a', filters).slice(0, 2));
  const factors = chain(engine, branch, [
    globalAverage(engine, 'block2/squeeze'),
    excitation(engine, 'block2/reduce', filters / REDUCTION, 'relu'),
    excitation(engine, 'block2/excite', filters, 'sigmoid'),
    layers.reshape({ targetShape: [1, 1, filters], name: 'block2/factors' }),
  ]);
  const scaled = connect(engine, layers.multiply({ name: 'block2/scale' }), [branch, factors]);
  return joined(engine, 'block2', input, scaled);
}

function joined(engine: Engine, name: string, input: SymbolicTensor, branch: SymbolicTensor): SymbolicTensor {
  const sum = connect(engine, engine.tf.layers.add({ name: `${name}/add` }), [input, branch]);
  return chain(engine, sum, [relu(engine, `${name}/relu`)]);
}

/** Convolution, batch norm, ReLU. */
function unit(engine: Engine, name: string, filters: number) {
  return [
    conv(engine, { name: `${name}/conv`, filters, kernelSize: 3, useBias: false }),
    batchNorm(engine, `${name}/bn`),
    relu(engine, `${name}/relu`),
  ];
}

function excitation(engine: Engine, name: string, units: number, activation: 'relu' | 'sigmoid') {
  return engine.tf.layers.dense({ units, activation, kernelInitializer: 'zeros', name });
}

function pool(engine: Engine, name: string) {
  return engine.tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: `${name}/pool` });
}

function globalAverage(engine: Engine, name: string) {
  return engine.tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast', name });
}
