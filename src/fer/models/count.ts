import type { Layer, LayersModel } from '../../engine/index.ts';

/** Counts of numbers in a model. */
export interface ParameterCounts {
  /** Weights that a gradient could move, frozen or not. */
  readonly learnable: number;
  /** Moving means and variances of batch norms. */
  readonly moving: number;
  /** Learnable weights of layers that are not frozen. */
  readonly trainable: number;
}

/** Counts a model's numbers. Keras' "total parameters" is `learnable + moving`. */
export function countParameters(model: LayersModel): ParameterCounts {
  let learnable = 0;
  let moving = 0;
  let trainable = 0;
  for (const layer of model.layers) {
    for (const { originalName, shape } of layer.weights) {
      const size = sizeOf(shape);
      if (originalName.includes('/moving_')) moving += size;
      else {
        learnable += size;
        if (layer.trainable) trainable += size;
      }
    }
  }
  return { learnable, moving, trainable };
}

/**
 * Multiplications with additions that one image costs in inference, in convolutions and dense layers; batch
 * norms, activations and pooling are left out, as is usual.
 */
export function countMultiplyAdds(model: LayersModel): number {
  return model.layers.reduce((sum, layer) => sum + multiplyAddsOf(layer), 0);
}

function multiplyAddsOf(layer: Layer): number {
  const kernel = layer.weights.find(({ originalName }) => originalName.endsWith('kernel'));
  if (kernel === undefined) return 0;
  const places = layer.outputShape.length === 4 ? sizeOf(spatialOf(layer.outputShape)) : 1;
  return sizeOf(kernel.shape) * places; // every weight of a kernel is used once at every place
}

function spatialOf(shape: Layer['outputShape']): (number | null)[] {
  return shape.slice(1, 3).map((side) => (typeof side === 'number' ? side : 1));
}

function sizeOf(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((product, side) => product * (side ?? 1), 1);
}
