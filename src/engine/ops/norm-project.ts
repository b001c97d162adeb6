import type { Engine } from '../load.ts';
import { float, type Tensor } from '../native.ts';
import type { OuterGradient } from './expand-depthwise.ts';
import { productAttributes } from './products.ts';

/** A batch norm with the statistics of this batch, each `[wide]`. */
export interface KnownNorm {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

/**
 * The second half of an inverted bottleneck in training, by Ferment's own kernel: `y = relu6(norm(d)) project` with
 * `d` `[n, h, w, wide]` and `project` `[1, 1, wide, narrow]`. What is between them stays in the cache.
 */
export function normProject(engine: Engine, d: Tensor, project: Tensor, norm: KnownNorm): Tensor {
  return engine.native.one('FermentProject', attributes(engine, norm), [d, project, ...vectors(norm)]);
}

/**
 * The gradients of `normProject` for its kernel and, without the part through the batch statistics, for what goes into
 * ReLU6: `g = dy project^T` where 0 < norm(d) < 6, `dbeta = sum g`,
 * `dgamma = sum g (d - mean) / sqrt(variance + epsilon)`.
 */
export function normProjectGradient(
  engine: Engine,
  at: { readonly d: Tensor; readonly project: Tensor; readonly dy: Tensor },
  norm: KnownNorm,
): OuterGradient & { readonly dproject: Tensor } {
  const inputs = [at.dy, at.d, at.project, ...vectors(norm)];
  const outputs = engine.native.many('FermentProjectGrad', attributes(engine, norm), inputs, 4);
  const [g, dproject, dgamma, dbeta] = outputs;
  if (!(g && dproject && dgamma && dbeta)) throw new Error('FermentProjectGrad');
  return { g, dproject, dgamma, dbeta };
}

function attributes(engine: Engine, { epsilon }: KnownNorm) {
  return [...productAttributes(engine), float('epsilon', epsilon)];
}

function vectors({ gamma, beta, mean, variance }: KnownNorm): Tensor[] {
  return [gamma, beta, mean, variance];
}
