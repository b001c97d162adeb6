import type { Engine, Layer, SymbolicTensor } from '../../engine/index.ts';
import { CLASSES } from '../params/index.ts';

/** What the paper's models take: RGB, 48 x 48. */
export const IMAGE_SHAPE: [number, number, number] = [48, 48, 3];
/** What a model of gray images takes. */
export const GRAY_IMAGE_SHAPE: [number, number, number] = [48, 48, 1];

/** Runs `x` through layers one after the other. */
export function chain(engine: Engine, x: SymbolicTensor, layers: readonly Layer[]): SymbolicTensor {
  return layers.reduce((value, layer) => connect(engine, layer, value), x);
}

/** The output of a layer for one input, or for several. */
export function connect(
  engine: Engine,
  layer: Layer,
  input: SymbolicTensor | SymbolicTensor[],
): SymbolicTensor {
  const output = layer.apply(input);
  if (output instanceof engine.tf.SymbolicTensor) return output;
  throw new TypeError(`${layer.name} has no single symbolic output`);
}

export interface ConvOptions {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly useBias: boolean;
}

/** A convolution with stride 1 that keeps height and width. Weights start at 0: `initializeWeights` sets them. */
export function conv(engine: Engine, options: ConvOptions): Layer {
  return engine.tf.layers.conv2d({ ...options, padding: 'same', kernelInitializer: 'zeros' });
}

/** A batch norm with PyTorch's constants (TensorFlow.js' own are 0.99 and 1e-3). */
export function batchNorm(engine: Engine, name: string): Layer {
  return engine.tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name });
}

export function relu(engine: Engine, name: string): Layer {
  return engine.tf.layers.reLU({ name });
}

export function relu6(engine: Engine, name: string): Layer {
  return engine.tf.layers.reLU({ maxValue: 6, name });
}

export function dropout(engine: Engine, rate: number, name: string): Layer {
  return engine.tf.layers.dropout({ rate, name });
}

export function dense(engine: Engine, units: number, name: string): Layer {
  return engine.tf.layers.dense({ units, kernelInitializer: 'zeros', name });
}

/** The last layer of every model: one logit per class, no softmax. */
export function logits(engine: Engine, name = 'logits'): Layer {
  return dense(engine, CLASSES.length, name);
}
