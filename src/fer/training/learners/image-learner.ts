import type { Engine, LayersModel, Trainer } from '../../../engine/index.ts';
import type { Dataset } from '../../data/index.ts';
import { type Preprocessing, predict } from '../../models/index.ts';
import type { Augment } from '../augmentation/index.ts';
import type { Learner } from '../loop/learner.ts';
import { scoreLogits } from '../loop/scores.ts';
import { type GrayImages, labelsAt, makeBatch } from './gray-images.ts';

export interface ImageLearnerOptions {
  readonly engine: Engine;
  readonly model: LayersModel;
  readonly trainer: Trainer;
  readonly train: GrayImages;
  readonly validation: Dataset;
  /** Left out where images are trained on as they are. */
  readonly augment: Augment | undefined;
  readonly preprocessing: Preprocessing;
}

/** A learner whose whole model sees images: augmented for each step in training, as they are in validation. */
export function createImageLearner(options: ImageLearnerOptions): Learner {
  const { engine, model, trainer, train, validation, augment, preprocessing } = options;
  return {
    trainer,
    trainCount: train.count,
    step: (epoch, indices) =>
      trainer.step(
        makeBatch(train, { epoch, indices, augment, preprocessing }),
        labelsAt(train.labels, indices),
      ),
    validate: () =>
      scoreLogits(predict(engine, model, validation.images, { preprocessing }).logits, validation.labels),
    finish: () => {},
    dispose: () => trainer.dispose(),
  };
}
