import { didYouMean, FermentError } from '../../../kit/index.ts';
import type { CompactArchitecture, Params } from '../../params/index.ts';
import { createOnlineAugmentation } from '../augmentation/index.ts';
import { createImageLearner } from '../learners/image-learner.ts';
import type { TrainingPlan } from '../loop/train-model.ts';
import { type Recipe, runTraining, type TrainingContext, type TrainingPlaces } from './run-training.ts';
import type { TrainingRun } from './summary.ts';

/** Everything that decides what a compact net becomes, beside the data. */
export interface CompactTraining extends Omit<TrainingPlan, 'batchSize'> {
  readonly architecture: CompactArchitecture;
  readonly optimizer: 'adam' | 'sgd';
  readonly dropout: number;
  readonly weightDecay: number;
  readonly trainLimit: number | null;
  /** What sweep and final training share. */
  readonly training: Params['training'];
}

/**
 * A training of the sweep as the paper ran it: a fixed number of epochs at one rate, the last epoch kept.
 * Throws BAD_PARAMS for a configuration that sweep.configs does not have.
 */
export function sweepTraining(
  name: string,
  { sweep, training, seed }: Pick<Params, 'sweep' | 'training' | 'seed'>,
): CompactTraining {
  const configuration = Object.hasOwn(sweep.configs, name) ? sweep.configs[name] : undefined;
  if (configuration === undefined) {
    throw new FermentError('BAD_PARAMS', `sweep.configs has no configuration '${name}'.`, {
      hint: didYouMean(name, Object.keys(sweep.configs)),
    });
  }
  return {
    ...configuration,
    epochs: sweep.epochs,
    trainLimit: sweep.trainLimit,
    schedule: {
      kind: 'none',
      factor: 0.5,
      patience: 3,
      threshold: 1e-4,
      minLearningRate: 0,
      warmupEpochs: 0,
    },
    earlyStopping: null,
    keep: 'last',
    training,
    seed,
  };
}

/** Trains one compact net and writes its model and history. Throws as `runTraining` does. */
export function trainCompactNet(
  compact: CompactTraining,
  places: TrainingPlaces,
  context: TrainingContext,
): Promise<TrainingRun> {
  const { training, architecture, optimizer, dropout, weightDecay, trainLimit, ...plan } = compact;
  const augment = createOnlineAugmentation(plan.seed, training.augmentation);
  const recipe: Recipe = {
    architecture,
    preprocessing: 'centered',
    plan: { ...plan, batchSize: training.batchSize },
    optimizer,
    dropout,
    weightDecay,
    trainLimit,
    labelSmoothing: training.labelSmoothing,
    classWeightPower: training.classWeightPower,
    params: { ...compact },
    createLearner: ({ model, createTrainer, ...parts }) =>
      createImageLearner({
        ...parts,
        model,
        trainer: createTrainer(model),
        augment,
        preprocessing: 'centered',
      }),
  };
  return runTraining(recipe, places, context);
}
