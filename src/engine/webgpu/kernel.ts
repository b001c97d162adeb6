import type { Tensor, Tf } from '../native.ts';

/** Runs a kernel of TensorFlow.js that has no public function: the gradients of convolution and pooling. */
export function runKernel(
  tf: Tf,
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, unknown>>,
): Tensor {
  // The declared types of inputs and attributes are those of the kernel's own registration, which accepts any.
  type Arguments = Parameters<ReturnType<Tf['engine']>['runKernel']>;
  const output = tf.engine().runKernel(name, { ...inputs }, { ...attributes } as Arguments[2]);
  if (Array.isArray(output)) throw new Error(`${name} has more than one output`);
  return output as Tensor;
}
