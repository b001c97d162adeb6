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
  checkClasses,
  countMultiplyAdds,
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
  /** For one image, of all of them. */
  readonly multiplyAdds: number;
  /** Of their weights. */
  readonly digest: Digest;
  dispose(): void;
}

/** What the net sees that is taught. */
export interface Pupil {
  readonly preprocessing: Preprocessing;
  readonly model: LayersModel;
}

/**
 * Loads saved models as teachers. Throws BAD_PARAMS for one that sees images in another form than the taught net,
 * BAD_WEIGHTS for one of other classes, and what `loadModel` throws.
 */
export async function loadTeachers(
  engine: Engine,
  folders: readonly string[],
  pupil: Pupil,
): Promise<Teachers> {
  const models: LayersModel[] = [];
  const dispose = () => models.forEach(disposeModel);
  try {
    for (const folder of folders) {
      const { model, info } = await loadModel(engine, folder);
      models.push(model);
      checkClasses(info, folder);
      refuseOtherForm(folder, formOf(info.preprocessing, model), formOf(pupil.preprocessing, pupil.model));
    }
  } catch (error) {
    dispose();
    throw error;
  }
  const inferences = models.map((model) => createInference(engine, model));
  return {
    answer: (images) => meanOf(inferences.map((inference) => answerOf(engine, inference, images))),
    multiplyAdds: models.reduce((sum, model) => sum + countMultiplyAdds(model), 0),
    digest: digestOfJson(folders.map((folder) => digestOf(readFileSync(join(folder, MODEL_FILES.weights))))),
    dispose: () => {
      for (const inference of inferences) inference.dispose();
      dispose();
    },
  };
}

/** How a net sees images, in words. */
function formOf(preprocessing: Preprocessing, model: LayersModel): string {
  return `${preprocessing}, ${channelsOf(model)} channels`;
}

function refuseOtherForm(folder: string, received: string, wanted: string): void {
  if (wanted === received) return;
  throw new FermentError(
    'BAD_PARAMS',
    `A teacher must see images as the taught net does (${wanted}). Received: ${folder} (${received}).`,
    { hint: 'Name nets of the same architecture and training.preprocessing, or teach with targets.' },
  );
}

/** The probabilities of one teacher. */
function answerOf({ tf }: Engine, inference: Inference, images: Tensor4D): Float32Array {
  const { logits, embeddings } = inference.run(images);
  const probabilities = softmaxRows(logits.dataSync<'float32'>(), CLASSES.length);
  tf.dispose([logits, embeddings]);
  return probabilities;
}
