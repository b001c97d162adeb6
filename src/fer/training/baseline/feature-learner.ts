import type { LayersModel } from '../../../engine/index.ts';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../data/index.ts';
import { answerBatches, type Preprocessing, preprocess } from '../../models/index.ts';
import { isFlipped } from '../augmentation/index.ts';
import { type GrayImages, labelsAt, makeBatch } from '../learners/gray-images.ts';
import type { Learner } from '../loop/learner.ts';
import { scorePredictions } from '../loop/scores.ts';
import type { LearnerParts } from '../runs/recipe.ts';
import { computeFeatures, stackRows } from './features.ts';
import { copyWeights, splitAtFrozen } from './split-model.ts';

export interface FeatureLearnerOptions {
  readonly preprocessing: Preprocessing;
  /** Whether half of the images of an epoch are mirrored. */
  readonly flips: boolean;
  readonly seed: number;
  /** Called while the features are computed, with the number of images so far and of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * A learner that runs the frozen front of the model once, for each image as it is and mirrored, and trains the rest
 * on what it gave: the front would give the same in every epoch, and is two thirds of a step's work.
 */
export function createFeatureLearner(parts: LearnerParts, options: FeatureLearnerOptions): Learner {
  const { engine, model, train, validation } = parts;
  const { trunk, tail, featureShape } = splitAtFrozen(engine, model);
  const features = allFeatures(parts, trunk, options);
  trunk.dispose();
  const trainer = parts.createTrainer(tail);
  const rowAt = (epoch: number, index: number): Float32Array => {
    const from = options.flips && isFlipped(options.seed, epoch, index) ? features.mirrored : features.plain;
    return from[index] ?? new Float32Array(0);
  };
  return {
    trainer,
    trainCount: train.count,
    step: (epoch, indices) => {
      const rows = Array.from(indices, (index) => rowAt(epoch, index));
      return trainer.step(stackRows(rows), labelsAt(train.labels, indices));
    },
    validate: () =>
      scorePredictions(
        answerBatches(engine, tail, validation.count, {
          input: (start, end) =>
            engine.tf.tensor(stackRows(features.validation.slice(start, end)), [
              end - start,
              ...featureShape,
            ]),
        }),
        validation.labels,
      ),
    finish: () => copyWeights(tail.layers, model.layers),
    dispose: () => {
      trainer.dispose();
      tail.dispose();
    },
  };
}

interface Features {
  readonly plain: readonly Float32Array[];
  readonly mirrored: readonly Float32Array[];
  readonly validation: readonly Float32Array[];
}

function allFeatures(
  { engine, train, validation }: LearnerParts,
  trunk: LayersModel,
  { preprocessing, flips, onProgress }: FeatureLearnerOptions,
): Features {
  const total = train.count * (flips ? 2 : 1) + validation.count;
  let before = 0;
  const compute = (count: number, batch: (start: number, end: number) => Float32Array): Float32Array[] => {
    const rows = computeFeatures(engine, trunk, {
      count,
      batch,
      onProgress: (done) => onProgress?.(before + done, total),
    });
    before += count;
    return rows;
  };
  const ofTrain = (images: GrayImages): Float32Array[] =>
    compute(images.count, (start, end) => {
      const indices = Uint32Array.from({ length: end - start }, (_, i) => start + i);
      return makeBatch(images, { epoch: 0, indices, augment: undefined, preprocessing });
    });
  const size = 3 * IMAGE_PIXELS;
  return {
    plain: ofTrain(train),
    mirrored: flips ? ofTrain(mirror(train)) : [],
    validation: compute(validation.count, (start, end) =>
      preprocess(validation.images.subarray(start * size, end * size), preprocessing, size),
    ),
  };
}

/** Every image flipped left to right. */
function mirror(images: GrayImages): GrayImages {
  const planes = Uint8Array.from(images.planes);
  for (let row = 0; row < planes.length; row += IMAGE_SIDE) planes.subarray(row, row + IMAGE_SIDE).reverse();
  return { ...images, planes };
}
