import { explainTensorFlowError } from './errors.ts';
import { compileModel } from './graph/compile.ts';
import { runInference } from './graph/run.ts';
import type { Pass } from './graph/step.ts';
import type { Engine } from './load.ts';
import type { LayersModel, Tensor } from './native.ts';

/** A model made ready for inference on batches. */
export interface Inference {
  /** Logits `[n, classes]` and embeddings `[n, d]` (what the last dense layer reads); the caller disposes both. */
  run(images: Tensor): { logits: Tensor; embeddings: Tensor };
}

/** Prepares a tf.layers model for inference; it sees the model's weights as they are when a batch is run. */
export function createInference(engine: Engine, model: LayersModel): Inference {
  const graph = compileModel(model);
  const pass: Pass = { engine, training: false, dropoutSeed: () => [0, 0] };
  return {
    run: (images) => {
      const [logits, embeddings] = explainTensorFlowError(() =>
        runInference(graph, pass, images, [graph.output, graph.embedding]),
      );
      if (!(logits && embeddings)) throw new Error('Inference gave no output');
      return { logits, embeddings };
    },
  };
}
