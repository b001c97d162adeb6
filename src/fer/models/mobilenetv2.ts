import type { Engine, Layer, LayersModel, SymbolicTensor } from '../../engine/index.ts';
import { batchNorm, chain, connect, conv, dropout, IMAGE_SHAPE, logits, relu6 } from './layers.ts';

interface Bottleneck {
  readonly expansion: number;
  readonly channels: number;
  readonly stride: 1 | 2;
}

/** The study's plan, at 48 x 48: far smaller than the original's at 224 x 224. */
const BOTTLENECKS: readonly Bottleneck[] = [
  { expansion: 1, channels: 16, stride: 1 },
  { expansion: 6, channels: 24, stride: 1 },
  { expansion: 6, channels: 32, stride: 2 }, // to 24 x 24
  { expansion: 6, channels: 32, stride: 1 }, // the only one with a residual
  { expansion: 6, channels: 64, stride: 2 }, // to 12 x 12
  { expansion: 6, channels: 96, stride: 1 },
];
const STEM_CHANNELS = 32;
const HEAD_CHANNELS = 128;

/**
 * The small MobileNetV2 of the study (Sandler et al., 2018): inverted bottlenecks, no convolution has a bias, 19
 * batch norms, ReLU6. 132,935 learnable numbers. The embedding is the 128 wide average over the last map.
 */
export function buildMobileNetV2(engine: Engine, rate: number): LayersModel {
  const { tf } = engine;
  const input = tf.input({ shape: IMAGE_SHAPE, name: 'image' });
  let x = chain(engine, input, convBlock(engine, 'stem', STEM_CHANNELS, 3)); // [n, 48, 48, 32]
  let channels = STEM_CHANNELS;
  for (const [i, plan] of BOTTLENECKS.entries()) {
    x = bottleneck(engine, x, { name: `b${i}`, channels, plan });
    channels = plan.channels;
  }
  const output = chain(engine, x, [
    ...convBlock(engine, 'head', HEAD_CHANNELS, 1), // [n, 12, 12, 128]
    dropout(engine, rate, 'head/dropout'),
    tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast', name: 'pool' }), // [n, 128]
    logits(engine),
  ]);
  return tf.model({ inputs: input, outputs: output, name: 'mobilenetv2' });
}

function convBlock(engine: Engine, name: string, filters: number, kernelSize: number): Layer[] {
  return [
    conv(engine, { name: `${name}/conv`, filters, kernelSize, useBias: false }),
    batchNorm(engine, `${name}/bn`),
    relu6(engine, `${name}/relu`),
  ];
}

function bottleneck(
  engine: Engine,
  input: SymbolicTensor,
  { name, channels, plan }: { readonly name: string; readonly channels: number; readonly plan: Bottleneck },
): SymbolicTensor {
  const { expansion, stride } = plan;
  const expand = [
    conv(engine, { name: `${name}/expand`, filters: channels * expansion, kernelSize: 1, useBias: false }),
    batchNorm(engine, `${name}/expand_bn`),
    relu6(engine, `${name}/expand_relu`),
  ];
  const branch = chain(engine, input, [
    ...(expansion === 1 ? [] : expand),
    ...depthwise(engine, name, stride),
    batchNorm(engine, `${name}/depthwise_bn`),
    relu6(engine, `${name}/depthwise_relu`),
    conv(engine, { name: `${name}/project`, filters: plan.channels, kernelSize: 1, useBias: false }),
    batchNorm(engine, `${name}/project_bn`),
  ]);
  if (stride !== 1 || channels !== plan.channels) return branch;
  return connect(engine, engine.tf.layers.add({ name: `${name}/add` }), [input, branch]);
}

/** 3x3, one filter per channel. With stride 2 a ring of zeros goes first: `same` would pad bottom and right only. */
function depthwise(engine: Engine, name: string, stride: 1 | 2): Layer[] {
  const { layers } = engine.tf;
  const conv3x3 = layers.depthwiseConv2d({
    kernelSize: 3,
    strides: stride,
    padding: stride === 1 ? 'same' : 'valid',
    useBias: false,
    depthwiseInitializer: 'zeros',
    name: `${name}/depthwise`,
  });
  return stride === 1 ? [conv3x3] : [layers.zeroPadding2d({ padding: 1, name: `${name}/pad` }), conv3x3];
}
