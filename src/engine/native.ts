import type * as tfjs from '@tensorflow/tfjs-node-gpu';

export type Tf = typeof tfjs.default;
export type Tensor = tfjs.Tensor;
export type Tensor4D = tfjs.Tensor4D;
export type LayersModel = tfjs.LayersModel;
export type LayerVariable = tfjs.LayerVariable;
export type SymbolicTensor = tfjs.SymbolicTensor;
export type Layer = LayersModel['layers'][number];

/** One attribute of a TensorFlow operation, as the addon takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/**
 * TensorFlow's operations that the engine calls. Each has its WebGPU form in `webgpu/native.ts`; oneDNN's twins are
 * called where the library has them, and Ferment's own (`kernels/`) where they are loaded.
 */
export type OperationName =
  | 'AddV2'
  | 'AssignVariableOp'
  | 'BiasAdd'
  | 'BiasAddGrad'
  | 'Cast'
  | 'Conv2D'
  | 'Conv2DBackpropFilter'
  | 'Conv2DBackpropInput'
  | 'DepthwiseConv2dNative'
  | 'DepthwiseConv2dNativeBackpropFilter'
  | 'DepthwiseConv2dNativeBackpropInput'
  | 'DestroyResourceOp'
  | 'FusedBatchNormGradV3'
  | 'FusedBatchNormV3'
  | 'GreaterEqual'
  | 'MatMul'
  | 'MaxPool'
  | 'MaxPoolGrad'
  | 'Mul'
  | 'ReadVariableOp'
  | 'Relu'
  | 'Relu6'
  | 'Relu6Grad'
  | 'ReluGrad'
  | 'ResourceApplyAdam'
  | 'ResourceApplyMomentum'
  | 'Sigmoid'
  | 'SigmoidGrad'
  | 'SoftmaxCrossEntropyWithLogits'
  | 'StatelessRandomUniform'
  | 'Sub'
  | 'VarHandleOp';
type Callable = OperationName | `_MklNative${string}` | `Ferment${string}`;

/**
 * The door to TensorFlow's own kernels. Outputs are ordinary tensors: `tidy`, `dispose` and `memory()` see them.
 * An unknown operation or a wrong attribute throws the library's message.
 */
export interface Native {
  /** Runs an operation with one output. */
  one(operation: Callable, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  /** Runs an operation with `outputs` outputs (0 for one that only changes a resource). */
  many(
    operation: Callable,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/** The part of tfjs-node's back end that Ferment uses; its own declarations leave it out. */
export interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(operation: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

export function createNative(backend: NodeBackend): Native {
  return {
    one: (operation, attributes, inputs) => backend.executeSingleOutput(operation, attributes, inputs),
    many: (operation, attributes, inputs, outputs) =>
      backend.executeMultipleOutputs(operation, attributes, inputs, outputs),
  };
}

// TF_AttrType (tensorflow/c/tf_attrtype.h) and TF_DataType (tensorflow/c/tf_datatype.h): part of the stable C API.
export const ATTRIBUTE = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;
export const DATA_TYPE = { float32: 1, int32: 3, bool: 10 } as const;

export type DataType = keyof typeof DATA_TYPE;

export const text = (name: string, value: string): Attribute => ({ name, type: ATTRIBUTE.string, value });
export const int = (name: string, value: number | readonly number[]): Attribute => ({
  name,
  type: ATTRIBUTE.int,
  value,
});
export const float = (name: string, value: number): Attribute => ({ name, type: ATTRIBUTE.float, value });
export const bool = (name: string, value: boolean): Attribute => ({ name, type: ATTRIBUTE.bool, value });
export const shape = (name: string, value: readonly number[]): Attribute => ({
  name,
  type: ATTRIBUTE.shape,
  value,
});
export const type = (name: string, value: DataType): Attribute => ({
  name,
  type: ATTRIBUTE.type,
  value: DATA_TYPE[value],
});

/** `T: float32`, the attribute that most kernels need. */
export const FLOAT = type('T', 'float32');
/** Channels last, the only layout that TensorFlow.js has. */
export const NHWC = text('data_format', 'NHWC');
