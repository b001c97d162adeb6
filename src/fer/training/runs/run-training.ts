import { join } from 'node:path';
import {
  createTrainer,
  type DeviceRequest,
  type LayersModel,
  loadEngine,
  precisionWarning,
  withPrecision,
} from '../../../engine/index.ts';
import { type Digest, digestOfJson, writeFileAtomic } from '../../../kit/index.ts';
import { digestOfDataset, loadDataset } from '../../data/index.ts';
import { type EngineFacts, engineFacts } from '../../engine-facts.ts';
import { buildModel, countParameters, disposeModel, type ModelInfo, saveModel } from '../../models/index.ts';
import { CLASSES } from '../../params/index.ts';
import { loadTeachers, readSoftTargets, type Teachers } from '../../teaching/index.ts';
import { digestOfImages, takeGray } from '../learners/gray-images.ts';
import { renderHistoryCsv } from '../loop/history.ts';
import type { TrainingProgress } from '../loop/meter.ts';
import { stratifiedSample } from '../loop/sampling.ts';
import { type TrainingOutcome, trainModel } from '../loop/train-model.ts';
import { type InitialWeights, type LearnerParts, type Recipe, trainerOptions } from './recipe.ts';
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

const RANDOM: InitialWeights = { kind: 'random' };

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
    const options = trainerOptions(recipe, train.labels);
    const outcome = await runLearner(
      recipe,
      {
        engine,
        model,
        train,
        validation,
        teachers,
        createTrainer: (part) => createTrainer(inTraining, part, options),
      },
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
  parts: LearnerParts,
  { config, places, context }: Target,
): Promise<TrainingOutcome> {
  const learner = recipe.createLearner(parts);
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
