import { join } from 'node:path';
import {
  createTrainer,
  type DeviceRequest,
  type Engine,
  type LayersModel,
  loadEngine,
  type Precision,
  precisionWarning,
  type Trainer,
  type TrainerOptions,
  withPrecision,
} from '../../../engine/index.ts';
import { type Digest, digestOfJson, writeFileAtomic } from '../../../kit/index.ts';
import { type Dataset, digestOfDataset, loadDataset } from '../../data/index.ts';
import { type EngineFacts, engineFacts } from '../../engine-facts.ts';
import {
  buildModel,
  countParameters,
  disposeModel,
  type ModelInfo,
  type Preprocessing,
  saveModel,
} from '../../models/index.ts';
import { type Architecture, CLASSES } from '../../params/index.ts';
import { loadTeachers, readSoftTargets, type Teachers } from '../../teaching/index.ts';
import { digestOfImages, type GrayImages, takeGray } from '../learners/gray-images.ts';
import { renderHistoryCsv } from '../loop/history.ts';
import type { Learner } from '../loop/learner.ts';
import type { TrainingProgress } from '../loop/meter.ts';
import { classWeights, stratifiedSample } from '../loop/sampling.ts';
import { type TrainingOutcome, type TrainingPlan, trainModel } from '../loop/train-model.ts';
import { summarize, type TrainingRun } from './summary.ts';

/** Where a training reads and writes; the paths are the stage's. */
export interface TrainingPlaces {
  /** Folder of the packed training split. */
  readonly train: string;
  readonly validation: string;
  /** Folder of the soft targets of the training split; left out, the labels are all there is. */
  readonly targets?: string | undefined;
  /** Folders of saved nets that answer every batch; none by default. */
  readonly teachers?: readonly string[];
  /** Folder for the model. */
  readonly model: string;
  /** CSV file for the history. */
  readonly history: string;
  /** Folder for the checkpoint; left out, an interrupted training starts again. */
  readonly checkpoint?: string | undefined;
}

/** On what a training runs and how it speaks to its stage. */
export interface TrainingContext {
  readonly device: DeviceRequest;
  /** Called once, when the engine is loaded. */
  readonly onEngine?: (facts: EngineFacts) => void;
  /** Called after every step. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onWarning?: (text: string) => void;
}

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

const RANDOM: InitialWeights = { kind: 'random' };

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

/**
 * Trains one model and writes it with its history. Model and optimizer are built here, new for every run.
 * Throws what the loader of the data, the engine and the training throw.
 */
export async function runTraining(
  recipe: Recipe,
  places: TrainingPlaces,
  context: TrainingContext,
): Promise<TrainingRun> {
  const all = loadDataset(places.train);
  const validation = loadDataset(places.validation);
  const { plan, architecture, dropout } = recipe;
  const taught = places.targets === undefined ? undefined : readSoftTargets(places.targets, all);
  const train = takeGray(all, stratifiedSample(all.labels, recipe.trainLimit, plan.seed), taught);

  const engine = await loadEngine({ device: context.device });
  const inTraining = withPrecision(engine, recipe.precision);
  context.onEngine?.(engineFacts(inTraining));
  const warning = precisionWarning(engine, recipe.precision);
  if (warning !== undefined) context.onWarning?.(warning);
  const model = buildModel(engine, { architecture, dropout, seed: plan.seed });
  let teachers: Teachers | undefined;
  try {
    const weights = (await recipe.initialize?.(engine, model)) ?? RANDOM;
    const { teachers: folders = [] } = places;
    const { preprocessing } = recipe;
    if (folders.length > 0) teachers = await loadTeachers(inTraining, folders, { preprocessing, model });
    const taughtBy = teachers === undefined ? [] : [teachers.digest];
    const images = [digestOfImages(train), digestOfDataset(validation)];
    const outcome = await runLearner(
      recipe,
      { engine, model, train, validation, teachers },
      { config: digestOfJson([recipe.params, weights, ...images, ...taughtBy]), places, context },
    );
    await saveModel(places.model, model, infoOf(recipe, model, outcome));
    writeFileAtomic(places.history, renderHistoryCsv(outcome.history));
    const counts = { train: train.count, validation: validation.count };
    return summarize({ recipe, model, outcome, images: counts, initialWeights: weights.kind });
  } finally {
    teachers?.dispose();
    disposeModel(model);
  }
}

interface Target {
  readonly config: Digest;
  readonly places: TrainingPlaces;
  readonly context: TrainingContext;
}

async function runLearner(
  recipe: Recipe,
  parts: Omit<LearnerParts, 'createTrainer'>,
  { config, places, context }: Target,
): Promise<TrainingOutcome> {
  const { engine, train } = parts;
  const learner = recipe.createLearner({
    ...parts,
    createTrainer: (model) => createTrainer(engine, model, trainerOptions(recipe, train.labels)),
  });
  try {
    const path = places.checkpoint === undefined ? undefined : join(places.checkpoint, 'training.ckpt');
    return await trainModel({
      learner,
      plan: recipe.plan,
      checkpoint: path === undefined ? undefined : { path, config },
      onProgress: context.onProgress,
      onWarning: context.onWarning,
    });
  } finally {
    learner.dispose();
  }
}

function trainerOptions(recipe: Recipe, labels: Uint8Array): TrainerOptions {
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
    precision: recipe.precision,
    labelSmoothing,
    classWeights: classWeights(labels, classWeightPower),
    seed: plan.seed,
  };
}

function infoOf(recipe: Recipe, model: LayersModel, { history, kept, steps }: TrainingOutcome): ModelInfo {
  return {
    architecture: recipe.architecture,
    preprocessing: recipe.preprocessing,
    classes: CLASSES,
    parameters: countParameters(model),
    epochs: kept.epoch,
    // Every epoch has the same number of steps; those after the kept one are not in the weights.
    steps: (steps / history.length) * kept.epoch,
    seed: recipe.plan.seed,
    params: recipe.params,
  };
}
