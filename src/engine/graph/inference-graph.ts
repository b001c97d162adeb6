import type { Engine } from '../load.ts';
import { type Attribute, FLOAT, NHWC, text, type } from '../native.ts';
import { fusedAttributes, fusedOperation } from '../onednn.ts';
import { fitsOwnConv, OWN_CONVOLUTION, type OwnConvEngine, ownConvAttributes } from '../ops/own-conv.ts';
import { createGraphWriter, type GraphWriter } from '../saved-model/graph-writer.ts';
import { type Chain, findChains } from './chains.ts';
import { type Feed, foldedProduct, plainProduct, scaleAndShiftFeeds } from './fold.ts';
import { activationOf } from './fusion/patterns.ts';
import type { Graph, Step, WeightedForm } from './step.ts';

/** A model in inference as one graph of TensorFlow, with its batch norms folded. */
export interface InferenceGraph {
  /** The bytes of `saved_model.pb`. */
  readonly savedModel: Uint8Array;
  /** The names of the operations to feed: the images, then the weights. */
  readonly image: string;
  readonly feeds: readonly { readonly name: string; readonly feed: Feed }[];
  /** Of the wanted steps, in their order. */
  readonly outputs: readonly string[];
}

/** Which kernels there are. */
export type GraphEngine = OwnConvEngine & Pick<Engine, 'kernels'>;

interface Writing {
  readonly writer: GraphWriter;
  readonly engine: GraphEngine;
  readonly steps: readonly Step[];
  /** The operation that gives a step's output. */
  readonly names: string[];
  readonly fed: (feed: Feed) => string;
}

/**
 * Writes the graph that gives the outputs of the steps in `wanted` for images `[n, ...inputShape]`. With
 * Ferment's own kernels, or oneDNN's, a convolution is one operation with its bias, a sum and an activation;
 * TensorFlow's own rewriting takes oneDNN's kernels for the rest.
 */
export function writeInferenceGraph(
  graph: Graph,
  options: {
    readonly wanted: readonly number[];
    readonly inputShape: readonly number[];
    readonly engine: GraphEngine;
  },
): InferenceGraph {
  const { wanted, inputShape, engine } = options;
  const writer = createGraphWriter();
  const feeds: { name: string; feed: Feed }[] = [];
  const fed = (feed: Feed): string => {
    const name = writer.placeholder(feed.shape);
    feeds.push({ name, feed });
    return name;
  };
  const writing: Writing = { writer, engine, steps: graph.steps, names: [], fed };
  const chains = findChains(graph.steps, wanted);
  const inner = new Set([...chains.values()].flatMap(innerSteps));
  for (const [i, step] of graph.steps.entries()) {
    const chain = chains.get(i);
    if (step.form.kind === 'input') writing.names[i] = writer.placeholder([-1, ...inputShape]);
    else if (chain !== undefined) writing.names[i] = writeChain(writing, chain);
    else if (!inner.has(i)) writing.names[i] = writeAlone(writing, step);
  }
  const { names } = writing;
  // What is fed cannot be asked for itself.
  const outputs = wanted.map((index) => writer.add('Identity', [FLOAT], [nameOf(writing, index)]));
  return { savedModel: writer.toSavedModel(), image: names[0] ?? '', feeds, outputs };
}

/** The steps of a chain that give no output of their own. */
function innerSteps({ product, norm, sum, end }: Chain): number[] {
  return [product, norm, sum?.step].flatMap((step) => (step === undefined || step === end ? [] : [step]));
}

function writeChain(writing: Writing, chain: Chain): string {
  const { writer, engine, steps, fed } = writing;
  const form = steps[chain.product]?.form;
  const norm = steps[chain.norm ?? -1]?.form;
  if (form?.kind !== 'weighted') throw new Error('A chain begins with a product');
  const product = norm?.kind === 'batch-norm' ? foldedProduct(form, norm.weights) : plainProduct(form);
  const { attributes, read } = asPadded(writer, form, inputsOf(writing, chain.product));
  const inputs = [...read, fed(product.kernel)];
  if (product.bias === undefined) return writer.add(form.operation, attributes, inputs);
  const bias = fed(product.bias);
  const activation = steps[chain.activation ?? -1];
  const others = chain.sum === undefined ? [] : [nameOf(writing, chain.sum.other)];
  if (fitsOwn(engine, form)) {
    const kind = activation && activationOf(activation);
    const own = ownConvAttributes(engine, form.kernel.shape, kind);
    const [other = writer.nothing()] = others;
    return writer.add(OWN_CONVOLUTION, own, [...inputs, bias, other]);
  }
  const activations = activation?.form.kind === 'plain' ? [activation.form.operation] : [];
  const fused = engine.kernels === 'onednn' ? fusedOperation(form.operation) : undefined;
  if (fused !== undefined) {
    const parts = ['BiasAdd', ...others.map(() => 'Add'), ...activations];
    const all = fusedAttributes(form.operation, attributes, parts, others.length + 1);
    return writer.add(fused, all, [...inputs, bias, ...others]);
  }
  const y = writer.add(form.operation, attributes, inputs);
  const biased = writer.add('BiasAdd', [FLOAT, NHWC], [y, bias]);
  const summed = others.reduce((sum, other) => writer.add('AddV2', [FLOAT], [sum, other]), biased);
  return activations.reduce((x, operation) => writer.add(operation, [FLOAT], [x]), summed);
}

function fitsOwn(engine: GraphEngine, { convolution, kernel }: WeightedForm): boolean {
  if (convolution === undefined) return false;
  const shapes = { input: [-1, ...convolution.input], filter: kernel.shape };
  return fitsOwnConv(engine, shapes, convolution.window, 'result');
}

/**
 * A depthwise convolution with padding of its own as a padding and one without: fused ones know no such padding, and on
 * processors with AVX-512 TensorFlow's rewriting fuses them all the same, loses an attribute and aborts the process.
 */
function asPadded(
  writer: GraphWriter,
  { operation, attributes }: WeightedForm,
  read: readonly string[],
): { readonly attributes: readonly Attribute[]; readonly read: readonly string[] } {
  const paddings = attributes.find(({ name }) => name === 'explicit_paddings')?.value;
  const [x] = read;
  if (operation !== 'DepthwiseConv2dNative' || !isIntegers(paddings) || x === undefined)
    return { attributes, read };
  const constant = writer.integers(paddings, [paddings.length / 2, 2]);
  const padded = writer.add('Pad', [FLOAT, type('Tpaddings', 'int32')], [x, constant]);
  const others = attributes.filter(({ name }) => name !== 'explicit_paddings' && name !== 'padding');
  return { attributes: [...others, text('padding', 'VALID')], read: [padded] };
}

function isIntegers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function writeAlone(writing: Writing, step: Step): string {
  const { writer, steps, fed } = writing;
  const { form } = step;
  const inputs = inputsOf(writing, steps.indexOf(step));
  if (form.kind === 'batch-norm') {
    const { scale, shift } = scaleAndShiftFeeds(form.weights);
    const scaled = writer.add('Mul', [FLOAT], [...inputs, fed(scale)]);
    return writer.add('AddV2', [FLOAT], [scaled, fed(shift)]);
  }
  if (form.kind !== 'plain') throw new Error(`${step.name} has no operation`);
  const integers = form.integers === undefined ? [] : [writer.integers(form.integers)];
  return writer.add(form.operation, form.attributes, [...inputs, ...integers]);
}

function inputsOf(writing: Writing, index: number): string[] {
  return (writing.steps[index]?.inputs ?? []).map((input) => nameOf(writing, input));
}

function nameOf({ names, steps }: Writing, index: number): string {
  const name = names[index];
  if (name === undefined) throw new Error(`${steps[index]?.name} is read before it is written`);
  return name;
}
