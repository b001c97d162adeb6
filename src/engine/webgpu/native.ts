import type { Attribute, Native, OperationName, Tensor, Tf } from '../native.ts';
import { readAttributes } from './attributes.ts';
import type { Operation } from './operation.ts';
import { fusedBatchNorm, fusedBatchNormGrad } from './ops/batch-norm.ts';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from './ops/conv.ts';
import {
  depthwiseConv2d,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
} from './ops/depthwise-conv.ts';
import { maxPool, maxPoolGrad } from './ops/max-pool.ts';
import { applyAdam, applyMomentum } from './ops/optimizer.ts';
import {
  add,
  biasAdd,
  biasAddGrad,
  cast,
  greaterEqual,
  matMul,
  mul,
  relu,
  relu6,
  relu6Grad,
  reluGrad,
  sigmoid,
  sigmoidGrad,
  sub,
} from './ops/pointwise.ts';
import { statelessRandomUniform } from './ops/random.ts';
import { softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';
import { assignVariable, destroyResource, readVariable, varHandle } from './ops/variable.ts';
import { createVariables } from './variables.ts';

const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  AddV2: add,
  AssignVariableOp: assignVariable,
  BiasAdd: biasAdd,
  BiasAddGrad: biasAddGrad,
  Cast: cast,
  Conv2D: conv2d,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  DepthwiseConv2dNative: depthwiseConv2d,
  DepthwiseConv2dNativeBackpropFilter: depthwiseConv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseConv2dBackpropInput,
  DestroyResourceOp: destroyResource,
  FusedBatchNormGradV3: fusedBatchNormGrad,
  FusedBatchNormV3: fusedBatchNorm,
  GreaterEqual: greaterEqual,
  MatMul: matMul,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  Mul: mul,
  ReadVariableOp: readVariable,
  Relu: relu,
  Relu6: relu6,
  Relu6Grad: relu6Grad,
  ReluGrad: reluGrad,
  ResourceApplyAdam: applyAdam,
  ResourceApplyMomentum: applyMomentum,
  Sigmoid: sigmoid,
  SigmoidGrad: sigmoidGrad,
  SoftmaxCrossEntropyWithLogits: softmaxCrossEntropy,
  StatelessRandomUniform: statelessRandomUniform,
  Sub: sub,
  VarHandleOp: varHandle,
};

/** TensorFlow's operations by name, each composed of TensorFlow.js' kernels for the back end that is set. */
export function createComposedNative(tf: Tf): Native {
  const variables = createVariables(tf);
  const run = (operation: string, list: readonly Attribute[], inputs: readonly Tensor[]): Tensor[] => {
    const compute = isKnown(operation) ? OPERATIONS[operation] : undefined;
    if (compute === undefined) throw new Error(`The operation ${operation} has no WebGPU form`);
    const attributes = readAttributes(operation, list);
    const input = (place: number): Tensor => {
      const tensor = inputs[place];
      if (tensor === undefined) throw new Error(`${operation} needs an input at ${place}`);
      return tensor;
    };
    return tf.tidy(() => compute({ tf, attributes, input, variables }));
  };
  return {
    one: (operation, list, inputs) => {
      const [output] = run(operation, list, inputs);
      if (output === undefined) throw new Error(`${operation} has no output`);
      return output;
    },
    many: run,
  };
}

function isKnown(operation: string): operation is OperationName {
  return Object.hasOwn(OPERATIONS, operation);
}
