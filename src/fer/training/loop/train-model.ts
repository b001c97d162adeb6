import { FermentError } from '../../../kit/index.ts';
import { tooFewUnits } from '../../evaluation/index.ts';
import { CLASSES } from '../../params/index.ts';
import { shouldStop, watchLoss } from '../schedule/early-stopping.ts';
import { isBetterEpoch } from '../schedule/keeper.ts';
import { afterEpoch } from '../schedule/schedule.ts';
import type { EpochRecord } from './history.ts';
import type { Learner } from './learner.ts';
import { createMeter, type Meter } from './meter.ts';
import { checkFinite, runSteps } from './run-steps.ts';
import { openSession, restoreWeights, type Session, saveSession, weightsOf } from './session.ts';
import type { TrainingOptions, TrainingPlan } from './training-plan.ts';

export interface TrainingOutcome {
  readonly history: readonly EpochRecord[];
  /** The record of the epoch whose weights the model has now. */
  readonly kept: EpochRecord;
  readonly steps: number;
  /** The epoch after which a checkpoint was taken up; 0 when the training ran undisturbed. */
  readonly resumedAfter: number;
  /** Measured in this process, validation included: no result, for the run record. */
  readonly secondsPerEpoch: readonly number[];
}

/**
 * Trains until the plan is done or early stopping ends it, and leaves the kept epoch's weights in the model. Each
 * epoch: all images once in a new order, the whole validation split, the record, the keeper, the schedule, and a
 * checkpoint. What was interrupted goes on from its checkpoint and ends with the same bits.
 * Throws TRAINING_DIVERGED when a loss is not finite.
 */
export async function trainModel(options: TrainingOptions): Promise<TrainingOutcome> {
  const { learner, plan, checkpoint } = options;
  const { trainer } = learner;
  const meter = createMeter();
  const secondsPerEpoch: number[] = [];
  let warned = false;
  let session = openSession(trainer, plan.learningRate, checkpoint, options.onWarning ?? (() => {}));
  const resumedAfter = session.progress.history.length;

  while (!isDone(session, plan)) {
    const started = performance.now();
    session = await runEpoch(options, session, meter);
    if (checkpoint !== undefined) saveSession(trainer, session, checkpoint);
    if (!warned) warned = warnOfDeadUnits(session, options);
    secondsPerEpoch.push((performance.now() - started) / 1000);
  }

  const { history, keptEpoch } = session.progress;
  const kept = history[keptEpoch - 1];
  if (kept === undefined) throw new FermentError('INTERNAL', 'A training ended without a kept epoch.');
  checkSteps(learner, plan, history.length);
  restoreWeights(trainer, session.kept); // not those of the last step: another epoch's, or running means
  learner.finish();
  return { history, kept, steps: trainer.iterations, resumedAfter, secondsPerEpoch };
}

function isDone({ progress }: Session, plan: TrainingPlan): boolean {
  return progress.history.length >= plan.epochs || shouldStop(progress.stopping, plan.earlyStopping);
}

/** One epoch of training and validation. It is recorded before anything is decided on it. */
async function runEpoch(
  options: TrainingOptions,
  { progress, kept }: Session,
  meter: Meter,
): Promise<Session> {
  const { learner, plan } = options;
  const epoch = progress.history.length + 1;
  const { learningRate, ...train } = await runSteps(options, epoch, progress.schedule, meter);
  const validation = learner.validate();
  checkFinite(validation.loss, `validation after epoch ${epoch}`, learningRate);

  const record: EpochRecord = { epoch, learningRate, train, validation };
  const best = progress.history[progress.keptEpoch - 1]?.validation;
  const better = isBetterEpoch(plan.keep, best, validation);
  return {
    progress: {
      history: [...progress.history, record],
      keptEpoch: better ? epoch : progress.keptEpoch,
      schedule: afterEpoch(plan.schedule, progress.schedule, validation.loss),
      stopping: watchLoss(progress.stopping, validation.loss),
    },
    kept: better ? weightsOf(learner.trainer) : kept,
  };
}

/** Says that hardly a unit of the embedding is left after an epoch, where it is so: hours may hang on it. */
function warnOfDeadUnits({ progress }: Session, { onWarning }: TrainingOptions): boolean {
  const last = progress.history.at(-1);
  const few = last && tooFewUnits(last.validation.embedding, CLASSES.length);
  if (few === undefined) return false;
  onWarning?.(
    `After epoch ${last?.epoch} ${few}. Units whose ReLU gives 0 for every image seldom come back, however long the training: try another seed or a lower learning rate, for instance by warmupEpochs.`,
  );
  return true;
}

/** A model that was trained for another number of steps than its plan says is not the one that the report describes. */
function checkSteps(learner: Learner, plan: TrainingPlan, epochs: number): void {
  const expected = epochs * Math.ceil(learner.trainCount / plan.batchSize);
  if (learner.trainer.iterations === expected) return;
  throw new FermentError(
    'INTERNAL',
    `${epochs} epochs are ${expected} steps. Received: ${learner.trainer.iterations} steps.`,
  );
}
