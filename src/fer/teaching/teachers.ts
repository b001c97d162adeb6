import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createInference,
  type Engine,
  type Inference,
  type LayersModel,
  type Tensor4D,
} from '../../engine/index.ts';
import { type Digest, digestOf, digestOfJson, FermentError } from '../../kit/index.ts';
import { meanOf } from '../evaluation/views.ts';
import {
  channelsOf,
  disposeModel,
  loadModel,
  MODEL_FILES,
  type Preprocessing,
  softmaxRows,
} from '../models/index.ts';
import { CLASSES } from '../params/index.ts';

/** Nets that answer each batch of another's training as it is seen there (Beyer et al., 2022). */
export interface Teachers {
  /** The mean of their probabilities, `[b, 7]`, for normalised images `[b, 48, 48, channels]`. */
  answer(images: Tensor4D): Float32Array;
  /** Of their weights. */
  readonly digest: Digest;
  dispose(): void;
}

/** What the net sees that is taught. */
export interface Pupil {
  readonly preprocessing: Preprocessing;
  readonly model: LayersModel;
}

/** Loads saved models as teachers. Throws BAD_PARAMS for one that sees images in another form than the taught net, and what `loadModel` throws. */
export async function loadTeachers(
  engine: Engine,
  folders: readonly string[],
  pupil: Pupil,
): Promise<Teachers> {
  const models: LayersModel[] = [];
  for (const folder of folders) {
    const { model, info } = await loadModel(engine, folder);
    models.push(model);
    const form = (preprocessing: string, of: LayersModel) => `${preprocessing}, ${channelsOf(of)} channels`;
    const [wanted, received] = [form(pupil.preprocessing, pupil.model), form(info.preprocessing, model)];
    if (wanted === received) continue;
    for (const loaded of models) disposeModel(loaded);
    throw new FermentError(
      'BAD_PARAMS',
      `A teacher must see images as the taught net does (${wanted}). Received: ${folder} (${received}).`,
      { hint: 'Name nets of the same architecture and training.preprocessing, or teach with targets.' },
    );
  }
  const inferences = models.map((model) => createInference(engine, model));
  return {
    answer: (images) => meanOf(inferences.map((inference) => answerOf(engine, inference, images))),
    digest: digestOfJson(folders.map((folder) => digestOf(readFileSync(join(folder, MODEL_FILES.weights))))),
    dispose: () => {
      for (const inference of inferences) inference.dispose();
      for (const model of models) disposeModel(model);
    },
  };
}

/** The probabilities of one teacher. */
function answerOf({ tf }: Engine, inference: Inference, images: Tensor4D): Float32Array {
  const { logits, embeddings } = inference.run(images);
  const probabilities = softmaxRows(logits.dataSync<'float32'>(), CLASSES.length);
  tf.dispose([logits, embeddings]);
  return probabilities;
}
