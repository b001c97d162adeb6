import type { LayersModel } from '../../../engine/index.ts';
import { countParameters, type ParameterCounts } from '../../models/index.ts';
import { type Architecture, CLASSES } from '../../params/index.ts';
import type { ClassMetrics, SplitScores } from '../loop/history.ts';
import type { TrainingOutcome } from '../loop/train-model.ts';
import type { OptimizerName, Recipe } from './recipe.ts';

/** What a training's metrics file says; the numbers of validation and training are those of the kept epoch. */
export interface TrainingMetrics {
  readonly architecture: Architecture;
  /** Where the weights started: `random`, or `imagenet` for those that were read from a file. */
  readonly initialWeights: 'random' | 'imagenet';
  /** Counted on the model itself. */
  readonly parameters: ParameterCounts;
  readonly images: { readonly train: number; readonly validation: number };
  readonly optimizer: OptimizerName;
  /** At the start. */
  readonly learningRate: number;
  readonly dropout: number;
  readonly weightDecay: number;
  readonly batchSize: number;
  /** Epochs that ran. */
  readonly epochs: number;
  /** The epoch, from 1, whose weights are the model. */
  readonly keptEpoch: number;
  /** Optimizer steps that ran. */
  readonly steps: number;
  readonly validation: Omit<SplitScores, 'perClass'> & {
    readonly perClass: Readonly<Record<string, Omit<ClassMetrics, 'support'>>>;
  };
  /** Running means in training mode; not comparable with validation. */
  readonly train: { readonly loss: number; readonly accuracy: number };
}

/** What was measured and is no result. */
export interface TrainingRecord {
  readonly imagesPerSecond: number;
  readonly secondsPerEpoch: readonly number[];
  readonly resumedAfterEpoch: number;
}

/** What a finished training gives to its stage, beside the files that it wrote. */
export interface TrainingRun {
  readonly metrics: TrainingMetrics;
  readonly record: TrainingRecord;
}

export interface SummaryInputs {
  readonly recipe: Recipe;
  readonly model: LayersModel;
  readonly outcome: TrainingOutcome;
  readonly images: { readonly train: number; readonly validation: number };
  readonly initialWeights: TrainingMetrics['initialWeights'];
}

/** What a stage reports about a finished training. */
export function summarize(inputs: SummaryInputs): TrainingRun {
  const { recipe, model, outcome, images, initialWeights } = inputs;
  const { history, kept, steps } = outcome;
  const { perClass, ...scores } = kept.validation;
  const named = CLASSES.map((name, label) => [name, withoutSupport(perClass[label])] as const);
  return {
    metrics: {
      architecture: recipe.architecture,
      initialWeights,
      parameters: countParameters(model),
      images,
      optimizer: recipe.optimizer,
      learningRate: recipe.plan.learningRate,
      dropout: recipe.dropout,
      weightDecay: recipe.weightDecay,
      batchSize: recipe.plan.batchSize,
      epochs: history.length,
      keptEpoch: kept.epoch,
      steps,
      validation: { ...scores, perClass: Object.fromEntries(named) },
      train: kept.train,
    },
    record: recordOf(outcome, images.train),
  };
}

function recordOf(outcome: TrainingOutcome, trainImages: number): TrainingRecord {
  const { secondsPerEpoch, resumedAfter } = outcome;
  const seconds = secondsPerEpoch.reduce((sum, s) => sum + s, 0);
  return {
    imagesPerSecond: seconds === 0 ? 0 : (secondsPerEpoch.length * trainImages) / seconds,
    secondsPerEpoch,
    resumedAfterEpoch: resumedAfter,
  };
}

function withoutSupport(scores: ClassMetrics | undefined): Omit<ClassMetrics, 'support'> {
  return { precision: scores?.precision ?? 0, recall: scores?.recall ?? 0, f1: scores?.f1 ?? 0 };
}
