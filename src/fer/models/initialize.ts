import type { Engine, LayersModel, LayerVariable } from '../../engine/index.ts';
import { createRandom, type Random } from '../../kit/index.ts';
import type { Architecture } from '../params/index.ts';

/** Where the numbers of a tensor come from: a constant, or uniform in plus or minus `bound`. */
type Start =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/**
 * Sets the initial weights, from the seed and each tensor's name alone: adding a layer changes no other.
 * The compact nets start as in PyTorch: weights and biases of convolutions and dense layers uniform within
 * 1 / sqrt(fan in) (`nn.Conv2d`, `nn.Linear`); VGG16 with He's uniform weights and biases of 0 (Keras'
 * `he_uniform`, the study's choice for the head), the last layer with Glorot's. Batch norms start as the identity.
 */
export function initializeWeights(
  engine: Engine,
  model: LayersModel,
  architecture: Architecture,
  seed: number | string,
): void {
  for (const layer of model.layers) {
    const kernel = layer.weights.find(({ originalName }) => originalName.endsWith('kernel'));
    const fans = kernel === undefined ? { in: 1, out: 1 } : fansOf(kernel);
    for (const variable of layer.weights) {
      const name = variable.originalName;
      const start = architecture === 'vgg16' ? kerasStart(name, fans) : torchStart(name, fans);
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
  else for (let i = 0; i < values.length; i++) values[i] = random.uniform(-start.bound, start.bound);
  const tensor = engine.tf.tensor(values, shape);
  variable.write(tensor);
  tensor.dispose();
}
