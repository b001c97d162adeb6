import type { Engine } from '../load.ts';
import type { Attribute, LayerVariable, Tensor } from '../native.ts';
import type { Window } from '../ops/conv.ts';
import type { DropoutSeed } from '../ops/dropout.ts';

/** A weight of a layer, under the name that it has in a saved model (`block1/conv1/kernel`). */
export interface Weight {
  readonly name: string;
  readonly variable: LayerVariable;
  readonly shape: readonly number[];
}

/** How a graph is run: with batch statistics and dropout, or as in inference. */
export interface Pass {
  readonly engine: Engine;
  readonly training: boolean;
  readonly dropoutSeed: (layer: string) => DropoutSeed;
}

/** What a step's forward pass leaves: its output, and tensors that only its own backward pass reads. */
export interface Forward {
  readonly output: Tensor;
  readonly saved?: readonly Tensor[];
}

/** What a step's backward pass is given. `inputs` and `output` hold a tensor only where the step said it keeps them. */
export interface BackwardInput {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly output: Tensor | undefined;
  readonly saved: readonly Tensor[];
  /** The gradient of the loss for the step's output. */
  readonly dy: Tensor;
  /** Which inputs need a gradient; nothing before a frozen trunk or the image does. */
  readonly wants: readonly boolean[];
}

/** Gradients: per input (undefined where not wanted), per learnable weight. None of them is `dy` itself. */
export interface Gradients {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly weights: readonly Tensor[];
}

/** What a step is in inference, as operations of TensorFlow. */
export type Form =
  | { readonly kind: 'input' }
  /** A product with a kernel whose last long axis is the output's, plus a bias. */
  | {
      readonly kind: 'weighted';
      readonly operation: 'Conv2D' | 'DepthwiseConv2dNative' | 'MatMul';
      readonly attributes: readonly Attribute[];
      readonly kernel: Weight;
      readonly bias: Weight | undefined;
      /** Of a convolution: its window, and the shape of what it reads, without the batch axis. */
      readonly convolution?: { readonly window: Window; readonly input: readonly number[] };
    }
  /** `gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta` along the last axis. */
  | { readonly kind: 'batch-norm'; readonly weights: BatchNormFacts }
  /** An operation without weights; `integers` are its inputs after those of the step. */
  | {
      readonly kind: 'plain';
      readonly operation: string;
      readonly attributes: readonly Attribute[];
      readonly integers?: readonly number[];
    };

export type WeightedForm = Extract<Form, { kind: 'weighted' }>;

export interface BatchNormFacts {
  readonly gamma: Weight;
  readonly beta: Weight;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
  readonly epsilon: number;
  readonly momentum: number;
}

/** What can be run forward and backward: one operation, or several in one kernel. */
export interface RunStep {
  readonly name: string;
  /** Indices of the steps whose outputs this one reads. */
  readonly inputs: readonly number[];
  /** Learnable weights that are trained, in the order in which `backward` gives their gradients. */
  readonly weights: readonly Weight[];
  readonly keepsInputs: boolean;
  readonly keepsOutput: boolean;
  forward(pass: Pass, inputs: readonly Tensor[]): Forward;
  backward(pass: Pass, at: BackwardInput): Gradients;
}

/** One operation of a compiled model, with its own gradient. */
export interface Step extends RunStep {
  readonly form: Form;
}

/** Steps in an order in which they can run. Step 0 stands for the input. */
export interface RunGraph {
  readonly steps: readonly RunStep[];
  /** The step whose output is the model's. */
  readonly output: number;
  /** Trained weights in the order of the steps. */
  readonly weights: readonly Weight[];
}

/** A compiled model. */
export interface Graph extends RunGraph {
  readonly steps: readonly Step[];
  /** The step whose output the last dense layer reads in inference: the embedding. */
  readonly embedding: number;
}

/** The value of an input that a step keeps; its absence is a bug in the liveness analysis. */
export function present(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new Error('A tensor was released before its last use');
  return tensor;
}
