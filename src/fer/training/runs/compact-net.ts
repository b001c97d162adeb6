import { didYouMean, FermentError } from '../../../kit/index.ts';
import type { CompactArchitecture, Params } from '../../params/index.ts';
import { createMixup, createOnlineAugmentation, type Mixup } from '../augmentation/index.ts';
import { createImageLearner } from '../learners/image-learner.ts';
import type { TrainingPlan } from '../loop/training-plan.ts';
import { checkImageSizes, sideAt } from '../schedule/image-size.ts';
import type { OptimizerName, Recipe } from './recipe.ts';
import { runTraining, type TrainingContext, type TrainingPlaces } from './run-training.ts';
import type { TrainingRun } from './summary.ts';

/** Everything that decides what a compact net becomes, beside the data. */
export interface CompactTraining extends Omit<TrainingPlan, 'batchSize'> {
  readonly architecture: CompactArchitecture;
  readonly optimizer: OptimizerName;
  readonly dropout: number;
  readonly weightDecay: number;
  readonly trainLimit: number | null;
  /** Of Adam; by default PyTorch's. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly averageDecay?: number;
  readonly imageSizes?: Params['train'][string]['imageSizes'];
  /** Share of other nets' answers in the targets, where there are any. */
  readonly targetShare?: number;
  /** Left out, images are not mixed. */
  readonly mixup?: Mixup;
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
  const { training, architecture, optimizer, dropout, weightDecay, trainLimit, ...rest } = compact;
  const { beta1, beta2, averageDecay = 0, imageSizes = [], targetShare = 0, mixup, ...plan } = rest;
  const { preprocessing, augmentation } = training;
  const augment = createOnlineAugmentation(plan.seed, augmentation, plan.epochs);
  checkImageSizes(imageSizes, architecture, augmentation.interpolation);
  const recipe: Recipe = {
    architecture,
    preprocessing,
    plan: { ...plan, batchSize: training.batchSize },
    optimizer,
    ...(beta1 === undefined ? {} : { beta1 }),
    ...(beta2 === undefined ? {} : { beta2 }),
    averageDecay,
    dropout,
    weightDecay,
    trainLimit,
    precision: training.precision,
    labelSmoothing: training.labelSmoothing,
    classWeightPower: training.classWeightPower,
    params: { ...compact },
    createLearner: ({ model, createTrainer, ...parts }) =>
      createImageLearner({
        ...parts,
        model,
        trainer: createTrainer(model),
        augment,
        preprocessing,
        teaching: { share: targetShare, labelSmoothing: training.labelSmoothing },
        mix: mixup && createMixup(plan.seed, mixup, plan.epochs),
        sideAt: (epoch) => sideAt(imageSizes, plan.epochs, epoch),
      }),
  };
  return runTraining(recipe, places, context);
}
