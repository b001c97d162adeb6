import type { Engine, Layer, LayersModel, LayerVariable } from '../../../engine/index.ts';
import { FermentError } from '../../../kit/index.ts';

/** A chain of layers cut in two models of their own, with copies of the weights. */
export interface SplitModel {
  /** Everything before the first trained layer: `[n, 48, 48, 3]` to features. */
  readonly trunk: LayersModel;
  /** The rest: features to logits. */
  readonly tail: LayersModel;
  /** Shape of one image's features. */
  readonly featureShape: readonly number[];
}

/**
 * Cuts a model, which must be a plain chain, before its first trained layer that has weights. What is frozen gives
 * the same features in every epoch, so that it need run only once. The caller disposes both parts.
 */
export function splitAtFrozen(engine: Engine, model: LayersModel): SplitModel {
  const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  const cut = layers.findIndex((layer) => layer.trainable && layer.weights.length > 0);
  const before = layers[cut - 1];
  if (before === undefined)
    throw new FermentError('INTERNAL', `${model.name} has no frozen layers in front.`);
  const featureShape = shapeWithoutBatch(before);
  return {
    trunk: chainOf(engine, layers.slice(0, cut), shapeOfInput(model)),
    tail: chainOf(engine, layers.slice(cut), featureShape),
    featureShape,
  };
}

/** Copies weights and moving statistics of equal names from one model into another. */
export function copyWeights(from: readonly Layer[], to: readonly Layer[]): void {
  const sources = new Map(from.flatMap((layer) => layer.weights).map((v) => [v.originalName, v]));
  for (const target of to.flatMap((layer) => layer.weights)) {
    const source: LayerVariable | undefined = sources.get(target.originalName);
    if (source !== undefined) target.write(source.read());
  }
}

function chainOf(engine: Engine, layers: readonly Layer[], shape: readonly number[]): LayersModel {
  const input = engine.tf.input({ shape: [...shape] });
  const copies = layers.map((layer) => copyOf(engine, layer));
  const output = copies.reduce((x, layer) => {
    const next = layer.apply(x);
    if (next instanceof engine.tf.SymbolicTensor) return next;
    throw new FermentError('INTERNAL', `The layer ${layer.name} does not continue a chain.`);
  }, input);
  copyWeights(layers, copies);
  return engine.tf.model({ inputs: input, outputs: output });
}

/** A new layer of the same class and configuration; TensorFlow.js keeps its classes under their names for this. */
function copyOf(engine: Engine, layer: Layer): Layer {
  const { serialization, layers } = engine.tf;
  const entry = serialization.SerializationMap.getMap().classNameMap[layer.getClassName()];
  const copy = entry?.[1](entry[0], layer.getConfig());
  if (copy instanceof layers.Layer) return copy;
  throw new FermentError('INTERNAL', `The layer ${layer.name} cannot be copied.`);
}

function shapeWithoutBatch(layer: Layer): number[] {
  return layer.outputShape.slice(1).map((side) => (typeof side === 'number' ? side : -1));
}

function shapeOfInput(model: LayersModel): number[] {
  return (model.inputs[0]?.shape ?? []).slice(1).map((side) => side ?? -1);
}
