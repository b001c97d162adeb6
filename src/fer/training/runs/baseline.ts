import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { digestOf } from '../../../kit/index.ts';
import { loadVggWeights } from '../../models/index.ts';
import type { Params } from '../../params/index.ts';
import { createBaselineAugmentation } from '../augmentation/index.ts';
import { createFeatureLearner } from '../baseline/feature-learner.ts';
import { createImageLearner } from '../learners/image-learner.ts';
import type { Learner } from '../loop/learner.ts';
import type { LearnerParts, Recipe } from './recipe.ts';
import { runTraining, type TrainingContext, type TrainingPlaces } from './run-training.ts';
import type { TrainingRun } from './summary.ts';

/** Everything that decides what the baseline becomes, beside the data. */
export interface BaselineTraining extends Omit<Params['baseline'], 'weights'> {
  /** File of ImageNet weights, Keras .h5 or .safetensors; left out, all weights start at random. */
  readonly weights: string | undefined;
  readonly seed: number;
}

/**
 * Trains VGG16 by transfer: everything before the last block frozen, Adam. Without augmentation, or with flips
 * alone, the frozen part runs only once. Writes model and history.
 * Throws as `runTraining` does, and BAD_WEIGHTS for a weights file that does not fit.
 */
export function trainBaseline(
  baseline: BaselineTraining,
  places: TrainingPlaces,
  context: TrainingContext,
): Promise<TrainingRun> {
  const { weights, preprocessing, augmentation, dropout, trainLimit, ...plan } = baseline;
  const recipe: Recipe = {
    architecture: 'vgg16',
    preprocessing,
    plan,
    optimizer: 'adam',
    dropout,
    weightDecay: 0,
    trainLimit,
    precision: 'float32',
    labelSmoothing: 0,
    classWeightPower: 0,
    params: { ...baseline, weights: weights === undefined ? null : basename(weights) },
    ...(weights === undefined ? {} : { initialize: initializeFrom(weights) }),
    createLearner: (parts) => learnerFor(baseline, parts, context),
  };
  return runTraining(recipe, places, context);
}

function initializeFrom(path: string): NonNullable<Recipe['initialize']> {
  return async (engine, model) => {
    await loadVggWeights(engine, model, path);
    return { kind: 'imagenet', file: digestOf(readFileSync(path)) };
  };
}

function learnerFor(
  { preprocessing, augmentation, seed }: BaselineTraining,
  parts: LearnerParts,
  { onProgress }: TrainingContext,
): Learner {
  if (augmentation === 'paper') {
    const { model, createTrainer, ...rest } = parts;
    const augment = createBaselineAugmentation(seed);
    return createImageLearner({ ...rest, model, trainer: createTrainer(model), augment, preprocessing });
  }
  return createFeatureLearner(parts, {
    preprocessing,
    seed,
    flips: augmentation === 'flip',
    onProgress: (done, total) =>
      onProgress?.({ done, total, unit: 'image', text: 'features of the frozen layers' }),
  });
}
