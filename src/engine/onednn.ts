import type { Engine } from './load.ts';
import {
  type Attribute,
  bool,
  FLOAT,
  int,
  type Native,
  NHWC,
  type Tensor,
  type Tf,
  text,
  type,
} from './native.ts';

/**
 * Which CPU kernels run where an operation has two. TensorFlow's x86 library holds a oneDNN twin of its heavier
 * operations, which graphs are rewritten to but single operations are not; they are two to ten times faster
 * (docs/engine.md) and are called here by name.
 */
export type Kernels = 'onednn' | 'standard';

/** Operations whose oneDNN twin is used. The filter gradient of a depthwise convolution is not: it is slower. */
export type TwinOperation =
  | 'Conv2D'
  | 'Conv2DWithBias'
  | 'Conv2DBackpropInput'
  | 'Conv2DBackpropFilter'
  | 'DepthwiseConv2dNative'
  | 'DepthwiseConv2dNativeBackpropInput'
  | 'FusedBatchNormV3'
  | 'FusedBatchNormGradV3'
  | 'MaxPool'
  | 'MaxPoolGrad';

/**
 * The label under which these kernels are registered (tensorflow/core/graph/mkl_graph_util.h, kMklNameChangeOpLabel).
 */
const LABEL = text('_kernel', 'MklNameChangeOp');

/** Runs the oneDNN twin of an operation. */
export function runTwin(
  native: Native,
  operation: TwinOperation,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
  outputs = 1,
): Tensor[] {
  return native.many(`_MklNative${operation}`, [...attributes, LABEL], inputs, outputs);
}

/** Runs an operation by its faster kernel, where the engine has one. */
export function runFast(
  engine: Engine,
  operation: Exclude<TwinOperation, 'Conv2DWithBias' | 'MaxPool' | 'MaxPoolGrad'>,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
): Tensor {
  const { native } = engine;
  if (engine.kernels === 'standard') return native.one(operation, attributes, inputs);
  const [output] = runTwin(native, operation, attributes, inputs);
  if (output === undefined) throw new Error(operation);
  return output;
}

/**
 * Finds out by trying whether the loaded library has the twins: they are no public interface, and other processors'
 * builds lack them.
 */
export function probeKernels(tf: Tf, native: Native): Kernels {
  const window = [int('strides', [1, 1, 1, 1]), text('padding', 'SAME')];
  return tf.tidy(() => {
    try {
      const x = tf.ones([1, 2, 2, 1]);
      const filter = tf.ones([2, 2, 1, 1]);
      runTwin(native, 'Conv2DWithBias', [FLOAT, NHWC, ...window], [x, filter, tf.ones([1])]);
      runTwin(native, 'DepthwiseConv2dNative', [FLOAT, NHWC, ...window], [x, filter]);
      const pool = [FLOAT, NHWC, ...window, int('ksize', [1, 2, 2, 1]), bool('workspace_enabled', true)];
      runTwin(native, 'MaxPool', pool, [x], 2);
      return 'onednn';
    } catch {
      // The library says "Op type not registered" or "no kernel": then the standard kernels do the work.
      return 'standard';
    }
  });
}

/**
 * The twin that does a convolution, its bias, a sum and an activation in one pass, in graphs only: the addon passes no
 * lists of names to single operations. Undefined where there is none.
 */
export function fusedOperation(operation: string): string | undefined {
  if (operation === 'Conv2D') return '_MklNativeFusedConv2D';
  return operation === 'DepthwiseConv2dNative' ? '_MklNativeFusedDepthwiseConv2dNative' : undefined;
}

/** Its attributes, from those of the convolution: what follows it, and how many tensors that reads. */
export function fusedAttributes(
  operation: string,
  attributes: readonly Attribute[],
  parts: readonly string[],
  tensors: number,
): Attribute[] {
  const list = attributes.filter(({ name }) => name !== 'use_cudnn_on_gpu');
  const fused: Attribute = { ...text('fused_ops', ''), value: parts };
  const types: Attribute = { ...type('TArgs', 'float32'), value: Array(tensors).fill(FLOAT.value) };
  const counts = [
    int('num_args', tensors),
    ...(operation === 'Conv2D' ? [int('num_host_args', 0), types] : []),
  ];
  return [...list, ...counts, fused, LABEL];
}
