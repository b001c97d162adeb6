import { FermentError } from '../../kit/index.ts';
import type { Layer, LayersModel } from '../native.ts';
import { batchNormStep } from './batch-norm-step.ts';
import {
  activationOf,
  batchNormOf,
  inputShapeOf,
  numberOf,
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

/** What a builder of steps may do: ask for the index of the step that makes a layer's input, and append steps. */
interface Builder {
  readonly inputOf: (layer: Layer, position?: number) => number;
  readonly append: (step: Step) => number;
}

/**
 * Compiles a tf.layers model into a list of operations that run on TensorFlow's own kernels, forward and
 * backward, without TensorFlow.js' tape. The weights stay the model's own.
 * Throws INTERNAL for a layer that Ferment's models do not use.
 */
export function compileModel(model: LayersModel): Graph {
  const steps: Step[] = [];
  const done = new Map<Layer, number>();
  const append = (step: Step): number => steps.push(step) - 1;
  const inputOf = (layer: Layer, position = 0): number => visit(sourceOf(layer, position));
  const visit = (layer: Layer): number => {
    const known = done.get(layer);
    if (known !== undefined) return known;
    const index = build(layer, { inputOf, append });
    done.set(layer, index);
    return index;
  };

  const [last, ...others] = model.outputLayers;
  if (last === undefined || others.length > 0) {
    const count = model.outputLayers.length;
    throw new FermentError('INTERNAL', `A functional model with one output is needed. Received: ${count}.`);
  }
  const output = visit(last);
  const weights = steps.flatMap((step) => step.weights);
  return { steps, output, embedding: steps[output]?.inputs[0] ?? output, weights };
}

function sourceOf(layer: Layer, position: number): Layer {
  const source = layer.inboundNodes[0]?.inboundLayers[position];
  if (source === undefined) throw unsupported(layer, `it has no input ${position}`);
  return source;
}

function build(layer: Layer, builder: Builder): number {
  switch (layer.getClassName()) {
    case 'InputLayer':
      return builder.append(inputStep(layer.name));
    case 'Conv2D':
    case 'DepthwiseConv2D':
      return buildConvolution(layer, builder);
    default:
      return buildOnInput(layer, builder, { name: layer.name, input: builder.inputOf(layer) });
  }
}

function buildOnInput(
  layer: Layer,
  { append, inputOf }: Builder,
  at: { name: string; input: number },
): number {
  switch (layer.getClassName()) {
    case 'Dense':
      return withActivation(layer, append, denseStep({ ...weightsOf(layer), input: at.input }));
    case 'BatchNormalization':
      return append(batchNormStep({ ...batchNormOf(layer), input: at.input }));
    case 'ReLU':
      return append(activationStep(at, reluOf(layer)));
    case 'MaxPooling2D':
      return append(maxPoolStep(at, poolOf(layer)));
    case 'Dropout':
      return append(dropoutStep(at, numberOf(layer, 'rate')));
    case 'Add':
      return append(addStep(at.name, [at.input, inputOf(layer, 1)]));
    case 'Multiply':
      return append(multiplyStep(at.name, [at.input, inputOf(layer, 1)]));
    case 'Reshape':
      return append(reshapeStep(at, inputShapeOf(layer), targetShapeOf(layer)));
    case 'Flatten':
      return append(flattenStep(at, inputShapeOf(layer)));
    case 'GlobalAveragePooling2D':
      return append(globalAverageStep(at));
    default:
      throw unsupported(layer, `layers of the class ${layer.getClassName()} are not compiled`);
  }
}

/** A ZeroPadding2D just before becomes explicit padding of the kernel: no padded copy of the image is made. */
function buildConvolution(layer: Layer, { append, inputOf }: Builder): number {
  const source = sourceOf(layer, 0);
  const isPadded = source.getClassName() === 'ZeroPadding2D';
  const window = windowOf(layer, isPadded ? zeroPaddingOf(source) : undefined);
  const reader = isPadded ? source : layer;
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

function unsupported(layer: Layer, why: string): FermentError {
  return new FermentError('INTERNAL', `The layer ${layer.name} cannot be compiled: ${why}.`);
}
