import type { Engine, LayersModel, Tensor4D, Trainer } from '../../../engine/index.ts';
import { type Dataset, IMAGE_SIDE } from '../../data/index.ts';
import { channelsOf, countMultiplyAdds, type Preprocessing, predict } from '../../models/index.ts';
import type { Teachers } from '../../teaching/index.ts';
import type { Augment, Mix } from '../augmentation/index.ts';
import type { Learner } from '../loop/learner.ts';
import { scorePredictions } from '../loop/scores.ts';
import { type GrayImages, labelsAt, makeBatch, rowsAt } from './gray-images.ts';
import { blend, type TeachingShare, targetRows } from './target-rows.ts';

export interface ImageLearnerOptions {
  readonly engine: Engine;
  readonly model: LayersModel;
  readonly trainer: Trainer;
  readonly train: GrayImages;
  readonly validation: Dataset;
  /** Left out where images are trained on as they are. */
  readonly augment: Augment | undefined;
  readonly preprocessing: Preprocessing;
  /** What a target is made of, where other nets teach or images are mixed. */
  readonly teaching?: TeachingShare;
  /** Answer each batch as it is seen, in the place of soft targets. */
  readonly teachers?: Teachers | undefined;
  /** Mixes the images of a batch, and their targets. */
  readonly mix?: Mix | undefined;
  /** Side of the training images in an epoch (from 1); left out, 48 in all. */
  readonly sideAt?: (epoch: number) => number;
}

/** A learner whose whole model sees images: augmented for each step in training, as they are in validation. */
export function createImageLearner(options: ImageLearnerOptions): Learner {
  const { engine, model, trainer, train, validation, augment, preprocessing, sideAt, teaching } = options;
  const { mix, teachers } = options;
  const channels = channelsOf(model);
  const sideIn = (epoch: number): number => sideAt?.(epoch) ?? IMAGE_SIDE;
  // A step of the net itself is some three forward passes.
  const own = 3 * countMultiplyAdds(model);
  return {
    trainer,
    trainCount: train.count,
    workAt: (epoch) => own * (sideIn(epoch) / IMAGE_SIDE) ** 2 + (teachers?.multiplyAdds ?? 0),
    step: (epoch, indices) => {
      const labels = labelsAt(train.labels, indices);
      const answers = train.taught && rowsAt(train.taught, indices);
      const targets = teaching && targetRows(labels, answers, teaching);
      // The same change and the same mixture for whatever size is asked for: both are drawn from epoch and indices.
      const look = (side: number, rows = targets?.slice()): Tensor4D => {
        const batch = makeBatch(train, { epoch, indices, augment, preprocessing, side, channels });
        if (rows !== undefined) mix?.({ images: batch, targets: rows, indices }, epoch);
        return engine.tf.tensor4d(batch, [indices.length, side, side, channels]);
      };
      const images = look(sideIn(epoch), targets);
      try {
        if (teachers !== undefined && targets !== undefined)
          blend(targets, answersTo(images, teachers, look), teaching?.share ?? 0);
        return trainer.step(images, labels, targets);
      } finally {
        images.dispose();
      }
    },
    validate: () =>
      trainer.withAverage(() =>
        scorePredictions(predict(engine, model, validation.images, { preprocessing }), validation.labels),
      ),
    finish: () => {},
    dispose: () => trainer.dispose(),
  };
}

/** What teachers say to the images of a step, at the size that they know. */
function answersTo(images: Tensor4D, teachers: Teachers, look: (side: number) => Tensor4D): Float32Array {
  if (images.shape[1] === IMAGE_SIDE) return teachers.answer(images);
  const large = look(IMAGE_SIDE);
  try {
    return teachers.answer(large);
  } finally {
    large.dispose();
  }
}
