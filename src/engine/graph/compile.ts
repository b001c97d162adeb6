import { FermentError, isFermentError } from '../../kit/index.ts';
import type { Layer, LayersModel, SymbolicTensor } from '../native.ts';
import { batchNormStep } from './batch-norm-step.ts';
import {
  type Call,
  callThatMade,
  checkBranches,
  inputShapeOf,
  sourceOf,
  unsupported,
} from './layer-calls.ts';
import {
  activationOf,
  batchNormOf,
  checkLayout,
  dropoutRateOf,
  poolOf,
  reluOf,
  targetShapeOf,
  weightsOf,
  windowOf,
  zeroPaddingOf,
} from './layer-facts.ts';
import { multiplyStep } from './multiply-step.ts';
import {
  activationStep,
  addStep,
  dropoutStep,
  flattenStep,
  globalAverageStep,
  inputStep,
  maxPoolStep,
  reshapeStep,
} from './plain-steps.ts';
import type { Graph, Step } from './step.ts';
import { convStep, denseStep, depthwiseStep } from './weighted-steps.ts';

/** What a builder of steps may do: ask for the index of the step that makes a call's input, and append steps. */
interface Builder {
  readonly inputOf: (call: Call, position?: number) => number;
  readonly append: (step: Step) => number;
}

/**
 * Compiles a tf.layers model into a list of operations that run on TensorFlow's own kernels, forward and
 * backward, without TensorFlow.js' tape. The weights stay the model's own.
 * Throws INTERNAL for a layer, or a use of one, that Ferment's models do not have.
 */
export function compileModel(model: LayersModel): Graph {
  const steps: Step[] = [];
  const called = new Set<Layer>();
  const done = new Map<Call['node'], number>();
  const append = (step: Step): number => steps.push(step) - 1;
  const inputOf = (call: Call, position = 0): number => visit(sourceOf(call, position));
  const visit = (call: Call): number => {
    const { layer, node } = call;
    const known = done.get(node);
    if (known !== undefined) return known;
    // Its weights would stand in the graph twice, each time with a part of their gradient.
    if (called.has(layer)) throw unsupported(layer, 'it is called more than once');
    called.add(layer);
    const index = build(call, { inputOf, append });
    done.set(node, index);
    return index;
  };

  const output = visit(callThatMade(onlyOutput(model)));
  const weights = steps.flatMap((step) => step.weights);
  return { steps, output, embedding: steps[output]?.inputs[0] ?? output, weights };
}

/** Why a model cannot be compiled, or undefined where it can. */
export function whyNotCompiled(model: LayersModel): string | undefined {
  try {
    compileModel(model);
    return undefined;
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return error.message;
  }
}

function onlyOutput({ inputs, outputs }: LayersModel): SymbolicTensor {
  const [output] = outputs;
  if (output !== undefined && outputs.length === 1 && inputs.length === 1) return output;
  throw new FermentError(
    'INTERNAL',
    `A model with one input and one output is needed. Received: ${inputs.length} and ${outputs.length}.`,
  );
}

function build(call: Call, builder: Builder): number {
  const { layer } = call;
  checkLayout(layer);
  switch (layer.getClassName()) {
    case 'InputLayer':
      return builder.append(inputStep(layer.name));
    case 'Conv2D':
    case 'DepthwiseConv2D':
      return buildConvolution(call, builder);
    case 'Add':
      checkBranches(call, 'shape');
      return builder.append(addStep(layer.name, [builder.inputOf(call), builder.inputOf(call, 1)]));
    case 'Multiply':
      checkBranches(call, 'rank');
      return builder.append(multiplyStep(layer.name, [builder.inputOf(call), builder.inputOf(call, 1)]));
    default:
      return buildOnInput(call, builder, { name: layer.name, input: builder.inputOf(call) });
  }
}

function buildOnInput(call: Call, { append }: Builder, at: { name: string; input: number }): number {
  const { layer } = call;
  const shape = inputShapeOf(call);
  switch (layer.getClassName()) {
    case 'Dense':
      if (shape.length !== 1) throw unsupported(layer, `its input has ${shape.length} axes, one is needed`);
      return withActivation(layer, append, denseStep({ ...weightsOf(layer), input: at.input }));
    case 'BatchNormalization':
      return append(batchNormStep({ ...batchNormOf(layer, shape.length), input: at.input }));
    case 'ReLU':
      return append(activationStep(at, reluOf(layer)));
    case 'MaxPooling2D':
      return append(maxPoolStep(at, poolOf(layer)));
    case 'Dropout':
      return append(dropoutStep(at, dropoutRateOf(layer)));
    case 'Reshape':
      return append(reshapeStep(at, shape, targetShapeOf(layer)));
    case 'Flatten':
      return append(flattenStep(at, shape));
    case 'GlobalAveragePooling2D':
      return append(globalAverageStep(at));
    default:
      throw unsupported(layer, `layers of the class ${layer.getClassName()} are not compiled`);
  }
}

/** A ZeroPadding2D just before becomes explicit padding of the kernel: no padded copy of the image is made. */
function buildConvolution(call: Call, { append, inputOf }: Builder): number {
  const { layer } = call;
  const source = sourceOf(call);
  const isPadded = source.layer.getClassName() === 'ZeroPadding2D';
  const window = windowOf(layer, isPadded ? zeroPaddingOf(source.layer) : undefined);
  const reader = isPadded ? source : call;
  const weighted = { ...weightsOf(layer), input: inputOf(reader) };
  const step =
    layer.getClassName() === 'Conv2D'
      ? convStep(weighted, window, inputShapeOf(reader))
      : depthwiseStep(weighted, window);
  return withActivation(layer, append, step);
}

function withActivation(layer: Layer, append: Builder['append'], step: Step): number {
  const kind = activationOf(layer);
  const index = append(step);
  return kind === undefined
    ? index
    : append(activationStep({ name: `${layer.name}/${kind}`, input: index }, kind));
}
