import type { Engine, LayersModel, Precision, Trainer, TrainerOptions } from '../../../engine/index.ts';
import type { Digest } from '../../../kit/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Preprocessing } from '../../models/index.ts';
import type { Architecture } from '../../params/index.ts';
import type { Teachers } from '../../teaching/index.ts';
import type { GrayImages } from '../learners/gray-images.ts';
import type { Learner } from '../loop/learner.ts';
import { classWeights } from '../loop/sampling.ts';
import type { TrainingPlan } from '../loop/training-plan.ts';

/** `adamw` is Adam with decoupled weight decay. */
export type OptimizerName = 'adam' | 'adamw' | 'sgd';

/** Everything that decides what a model becomes, beside the data; `plan.seed` seeds all of it. */
export interface Recipe {
  readonly architecture: Architecture;
  readonly preprocessing: Preprocessing;
  readonly plan: TrainingPlan;
  readonly optimizer: OptimizerName;
  readonly beta1?: number;
  readonly beta2?: number;
  /** Of the running mean of the weights; left out or 0, none is kept. */
  readonly averageDecay?: number;
  readonly dropout: number;
  readonly weightDecay: number;
  readonly precision: Precision;
  readonly labelSmoothing: number;
  readonly classWeightPower: number;
  readonly trainLimit: number | null;
  /** The parameters that this came from: go into the model's info, and into the checkpoint's digest. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Sets other than random initial weights. */
  readonly initialize?: (engine: Engine, model: LayersModel) => Promise<InitialWeights>;
  readonly createLearner: (parts: LearnerParts) => Learner;
}

/** Where a model's weights start: at random, or at those of a file (its digest). */
export type InitialWeights =
  | { readonly kind: 'random' }
  | { readonly kind: 'imagenet'; readonly file: Digest };

/** What a learner is made of. The full model stays the caller's; trainer and all else are the learner's. */
export interface LearnerParts {
  readonly engine: Engine;
  readonly model: LayersModel;
  /** Makes the recipe's trainer for the model itself or for a part of it. */
  readonly createTrainer: (model: LayersModel) => Trainer;
  readonly train: GrayImages;
  readonly validation: Dataset;
  readonly teachers?: Teachers | undefined;
}

/** A recipe in the engine's words; `labels` are those of the training split. */
export function trainerOptions(recipe: Recipe, labels: Uint8Array): TrainerOptions {
  const { plan, optimizer, weightDecay, labelSmoothing, classWeightPower } = recipe;
  const { beta1, beta2, averageDecay = 0 } = recipe;
  return {
    optimizer: {
      kind: optimizer === 'adamw' ? 'adam' : optimizer,
      learningRate: plan.learningRate,
      ...(beta1 === undefined ? {} : { beta1 }),
      ...(beta2 === undefined ? {} : { beta2 }),
      weightDecay,
      weightDecayMode: optimizer === 'adamw' ? 'decoupled' : 'coupled',
    },
    averageDecay,
    labelSmoothing,
    classWeights: classWeights(labels, classWeightPower),
    seed: plan.seed,
  };
}
