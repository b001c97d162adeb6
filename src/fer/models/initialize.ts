import type { Engine, Layer, LayerVariable } from '../../engine/index.ts';
import { createRandom, type Random } from '../../kit/index.ts';
import type { Architecture } from '../params/index.ts';

/** Where the numbers of a tensor come from: a constant, uniform in plus or minus `bound`, or normal about 0. */
type Start =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/**
 * Sets the initial weights of layers, from the seed and each tensor's name alone: adding a layer changes no other.
 * The compact nets start as in PyTorch: weights and biases of convolutions and dense layers uniform within
 * 1 / sqrt(fan in) (`nn.Conv2d`, `nn.Linear`); VGG16 with He's uniform weights and biases of 0 (Keras'
 * `he_uniform`, the study's choice for the head), the last layer with Glorot's; the SE-ResNet's convolutions
 * with He's normal weights, of the variance 2 / fan out. Batch norms start as the identity.
 */
export function initializeWeights(
  engine: Engine,
  layers: readonly Layer[],
  architecture: Architecture,
  seed: number | string,
): void {
  for (const layer of layers) {
    const kernel = layer.weights.find(({ originalName }) => originalName.endsWith('kernel'));
    const fans = kernel === undefined ? { in: 1, out: 1 } : fansOf(kernel);
    for (const variable of layer.weights) {
      const name = variable.originalName;
      const start = STARTS[architecture](name, fans);
      fill(engine, variable, start, createRandom(seed, 'initial-weights', name));
    }
  }
}

interface Fans {
  readonly in: number;
  readonly out: number;
}

/** Numbers that feed one output, and that one input feeds. A depthwise filter sees one channel only. */
function fansOf(kernel: LayerVariable): Fans {
  const shape = kernel.shape.map((side) => side ?? 1);
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  if (shape.length === 2) return { in: a, out: b };
  return kernel.originalName.endsWith('depthwise_kernel')
    ? { in: a * b, out: a * b }
    : { in: a * b * c, out: a * b * d };
}

const STARTS: Readonly<Record<Architecture, (name: string, fans: Fans) => Start>> = {
  resnet: torchStart,
  mobilenetv2: torchStart,
  'se-resnet': heFanOutStart,
  'se-resnet-wide': heFanOutStart,
  'se-resnet-deep': heFanOutStart,
  vgg16: kerasStart,
};

/**
 * Convolutions by PyTorch's `kaiming_normal_(mode='fan_out')` (He et al., 2015, section 2.2, the backward case); dense
 * layers, whose fan out of 7 would make it far too wide, as in the other compact nets.
 */
function heFanOutStart(name: string, fans: Fans): Start {
  if (!name.endsWith('/conv/kernel')) return torchStart(name, fans);
  return { kind: 'normal', deviation: Math.sqrt(2 / fans.out) };
}

function torchStart(name: string, fans: Fans): Start {
  return batchNormStart(name) ?? { kind: 'uniform', bound: 1 / Math.sqrt(fans.in) };
}

function kerasStart(name: string, fans: Fans): Start {
  const start = batchNormStart(name);
  if (start !== undefined) return start;
  if (name.endsWith('/bias')) return { kind: 'constant', value: 0 };
  if (name.startsWith('head/predictions'))
    return { kind: 'uniform', bound: Math.sqrt(6 / (fans.in + fans.out)) };
  return { kind: 'uniform', bound: Math.sqrt(6 / fans.in) };
}

function batchNormStart(name: string): Start | undefined {
  if (name.endsWith('/gamma') || name.endsWith('/moving_variance')) return { kind: 'constant', value: 1 };
  if (name.endsWith('/beta') || name.endsWith('/moving_mean')) return { kind: 'constant', value: 0 };
  return undefined;
}

function fill(engine: Engine, variable: LayerVariable, start: Start, random: Random): void {
  const shape = variable.shape.map((side) => side ?? 1);
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  if (start.kind === 'constant') values.fill(start.value);
  else if (start.kind === 'normal')
    for (let i = 0; i < values.length; i++) values[i] = start.deviation * random.normal();
  else for (let i = 0; i < values.length; i++) values[i] = random.uniform(-start.bound, start.bound);
  const tensor = engine.tf.tensor(values, shape);
  variable.write(tensor);
  tensor.dispose();
}
