import { explainTensorFlowError } from './errors.ts';
import { compileModel } from './graph/compile.ts';
import type { Feed } from './graph/fold.ts';
import { writeInferenceGraph } from './graph/inference-graph.ts';
import { runInference } from './graph/run.ts';
import { type Graph, type Pass, present } from './graph/step.ts';
import type { Engine } from './load.ts';
import type { LayersModel, Tensor } from './native.ts';
import { openSession } from './saved-model/session.ts';

/** A model made ready for inference on batches. */
export interface Inference {
  /** Logits `[n, classes]` and embeddings `[n, d]` (what the last dense layer reads); the caller disposes both. */
  run(images: Tensor): { logits: Tensor; embeddings: Tensor };
  /** Releases what was made ready; the model stays usable. */
  dispose(): void;
}

/** Gives the outputs of the wanted steps for a batch. */
interface Runner {
  run(images: Tensor): readonly Tensor[];
  dispose(): void;
}

/**
 * Prepares a tf.layers model for inference; it sees the model's weights as they are when a batch is run. The caller
 * disposes it.
 */
export function createInference(engine: Engine, model: LayersModel): Inference {
  const graph = compileModel(model);
  const wanted = [graph.output, graph.embedding];
  const shape = (model.inputs[0]?.shape.slice(1) ?? []).map((side) => side ?? -1);
  const runner =
    engine.device === 'cpu' ? inOneGraph(engine, graph, wanted, shape) : stepByStep(engine, graph, wanted);
  return {
    run: (images) => {
      const [logits, embeddings] = explainTensorFlowError(() => runner.run(images), images.shape[0]);
      return { logits: present(logits), embeddings: present(embeddings) };
    },
    dispose: () => runner.dispose(),
  };
}

function stepByStep(engine: Engine, graph: Graph, wanted: readonly number[]): Runner {
  const pass: Pass = { engine, training: false, dropoutSeed: () => [0, 0] };
  return { run: (images) => runInference(graph, pass, images, wanted), dispose: () => {} };
}

/** The whole model as one call of TensorFlow, with batch norms folded and products fused with what follows them. */
function inOneGraph(
  engine: Engine,
  graph: Graph,
  wanted: readonly number[],
  inputShape: readonly number[],
): Runner {
  const { savedModel, image, feeds, outputs } = writeInferenceGraph(graph, {
    wanted,
    inputShape,
    engine,
  });
  const session = openSession(engine, savedModel);
  const fits = `${inputShape}`;
  const steps = stepByStep(engine, graph, wanted);
  const names = [image, ...feeds.map(({ name }) => name)];
  const fed = feeds.map(({ feed }) => createFed(engine, feed));
  return {
    // The graph is made for images of the model's size; a model without a Flatten takes others too.
    run: (images) =>
      `${images.shape.slice(1)}` === fits
        ? session.run(names, [images, ...fed.map((one) => one.value())], outputs)
        : steps.run(images),
    dispose: () => {
      session.close();
      for (const one of fed) one.dispose();
    },
  };
}

/** The tensor of a feed, made anew when a weight that it depends on was written since. */
function createFed(engine: Engine, { shape, sources, make }: Feed): { value(): Tensor; dispose(): void } {
  let made: Tensor | undefined;
  let seen: readonly object[] = [];
  return {
    value: () => {
      const weights = sources.map(({ variable }) => variable.read());
      if (make === undefined) return present(weights[0]);
      if (made === undefined || weights.some(({ dataId }, i) => dataId !== seen[i])) {
        made?.dispose();
        const values = make(weights.map((weight) => weight.dataSync<'float32'>()));
        made = engine.tf.keep(engine.tf.tensor(values, [...shape]));
        seen = weights.map(({ dataId }) => dataId);
      }
      return made;
    },
    dispose: () => made?.dispose(),
  };
}
