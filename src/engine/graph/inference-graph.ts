import { FLOAT, NHWC } from '../native.ts';
import { createGraphWriter, type GraphWriter } from '../saved-model/graph-writer.ts';
import {
  type Feed,
  type FoldedProduct,
  findFolds,
  foldedProduct,
  plainProduct,
  scaleAndShiftFeeds,
} from './fold.ts';
import type { Graph, Step } from './step.ts';

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

/**
 * Writes the graph that gives the outputs of the steps in `wanted` for images `[n, ...inputShape]`. The operations are
 * TensorFlow's plain ones: its own rewriting fuses a product with its bias, a sum and an activation, and takes the
 * fastest kernel of the processor.
 */
export function writeInferenceGraph(
  graph: Graph,
  wanted: readonly number[],
  inputShape: readonly number[],
): InferenceGraph {
  const writer = createGraphWriter();
  const folds = findFolds(graph.steps, wanted);
  const feeds: { name: string; feed: Feed }[] = [];
  const fed = (feed: Feed): string => {
    const name = writer.placeholder(feed.shape);
    feeds.push({ name, feed });
    return name;
  };
  const names: string[] = [];
  const folded = new Set(folds.values());
  for (const [i, step] of graph.steps.entries()) {
    const [input = '', ...others] = step.inputs.map((index) => names[index] ?? '');
    const norm = graph.steps[folds.get(i) ?? -1]?.form;
    if (step.form.kind === 'input') names[i] = writer.placeholder([-1, ...inputShape]);
    else if (folded.has(i)) names[i] = input;
    else if (step.form.kind === 'weighted') {
      const isFolded = norm?.kind === 'batch-norm';
      const product = isFolded ? foldedProduct(step.form, norm.weights) : plainProduct(step.form);
      names[i] = writeProduct(writer, fed, input, product);
    } else names[i] = writeOther(writer, fed, step, [input, ...others]);
  }
  // What is fed cannot be asked for itself.
  const outputs = wanted.map((index) => writer.add('Identity', [FLOAT], [names[index] ?? '']));
  return { savedModel: writer.toSavedModel(), image: names[0] ?? '', feeds, outputs };
}

function writeProduct(
  writer: GraphWriter,
  fed: (feed: Feed) => string,
  input: string,
  { form, kernel, bias }: FoldedProduct,
): string {
  const y = writer.add(form.operation, form.attributes, [input, fed(kernel)]);
  return bias === undefined ? y : writer.add('BiasAdd', [FLOAT, NHWC], [y, fed(bias)]);
}

function writeOther(
  writer: GraphWriter,
  fed: (feed: Feed) => string,
  { form, name }: Step,
  inputs: readonly string[],
): string {
  if (form.kind === 'batch-norm') {
    const { scale, shift } = scaleAndShiftFeeds(form.weights);
    const scaled = writer.add('Mul', [FLOAT], [...inputs, fed(scale)]);
    return writer.add('AddV2', [FLOAT], [scaled, fed(shift)]);
  }
  if (form.kind !== 'plain') throw new Error(`${name} has no operation`);
  const integers = form.integers === undefined ? [] : [writer.integers(form.integers)];
  return writer.add(form.operation, form.attributes, [...inputs, ...integers]);
}
