import type { Engine } from '../../../engine/index.ts';
import type { Target } from './targets.ts';

/** Writes numbers into the tensors of a model; each array has its tensor's shape, row-major. */
export function writeWeights(engine: Engine, values: ReadonlyMap<Target, Float32Array>): void {
  for (const [{ variable, shape }, numbers] of values) {
    const tensor = engine.tf.tensor(numbers, [...shape]);
    variable.write(tensor);
    tensor.dispose();
  }
}
