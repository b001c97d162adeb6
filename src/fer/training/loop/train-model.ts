import { setImmediate as nextTurn } from 'node:timers/promises';
import { FermentError } from '../../../kit/index.ts';
import { shouldStop, watchLoss } from '../schedule/early-stopping.ts';
import { isBetterEpoch, type Keep } from '../schedule/keeper.ts';
import { afterEpoch, learningRateAt, type ScheduleParams, type ScheduleState } from '../schedule/schedule.ts';
import type { EpochRecord } from './history.ts';
import type { Learner } from './learner.ts';
import { createMeter, type Meter, type TrainingProgress } from './meter.ts';
import { shuffledOrder } from './sampling.ts';
import {
  type CheckpointPlace,
  openSession,
  restoreWeights,
  type Session,
  saveSession,
  weightsOf,
} from './session.ts';

/** How long and how a model is trained. */
export interface TrainingPlan {
  /** At most. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: ScheduleParams;
  /** Epochs in a row without a lower validation loss; null never stops. */
  readonly earlyStopping: number | null;
  readonly keep: Keep;
  /** Of the order of the images. */
  readonly seed: number;
}

export interface TrainingOptions {
  readonly learner: Learner;
  readonly plan: TrainingPlan;
  readonly checkpoint?: CheckpointPlace | undefined;
  /** Called after every step. */
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
}

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
  let session = openSession(trainer, plan.learningRate, checkpoint, options.onWarning ?? (() => {}));
  const resumedAfter = session.progress.history.length;

  while (!isDone(session, plan)) {
    const started = performance.now();
    session = await runEpoch(options, session, meter);
    if (checkpoint !== undefined) saveSession(trainer, session, checkpoint);
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

/** All training images once, in a new order, the last batch possibly smaller. */
async function runSteps(options: TrainingOptions, epoch: number, schedule: ScheduleState, meter: Meter) {
  const { learner, plan } = options;
  const count = learner.trainCount;
  const stepsPerEpoch = Math.ceil(count / plan.batchSize);
  const order = shuffledOrder(plan.seed, epoch, count);
  let learningRate = plan.learningRate;
  let loss = 0;
  let correct = 0;
  for (let step = 0; step < stepsPerEpoch; step++) {
    const indices = order.subarray(step * plan.batchSize, (step + 1) * plan.batchSize);
    const length = { epochs: plan.epochs, stepsPerEpoch };
    learningRate = learningRateAt(plan.schedule, schedule, length, (epoch - 1) * stepsPerEpoch + step);
    learner.trainer.setLearningRate(learningRate);
    const result = learner.step(epoch, indices);
    // Node frees what addons let go of only between turns of its event loop.
    await nextTurn();
    checkFinite(result.loss, `step ${step + 1} of epoch ${epoch}`, learningRate);

    const seen = step * plan.batchSize + indices.length;
    loss += result.loss * indices.length;
    correct += result.correct;
    meter.add(indices.length);
    const done = (epoch - 1) * count + seen;
    const total = plan.epochs * count;
    options.onProgress?.({
      done,
      total,
      unit: 'image',
      text: `epoch ${epoch}/${plan.epochs}`,
      rate: meter.imagesPerSecond(),
      etaSeconds: meter.etaSeconds(total - done),
      values: { loss: loss / seen, accuracy: correct / seen },
    });
  }
  return { loss: loss / count, accuracy: correct / count, learningRate };
}

function checkFinite(loss: number, where: string, learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw new FermentError(
    'TRAINING_DIVERGED',
    `The loss must stay a finite number. Received: ${loss} in ${where}, at a learning rate of ${learningRate}.`,
    {
      hint: `Lower the learning rate (try ${Number((learningRate / 10).toPrecision(3))}), or give the schedule a warmupEpochs; weightDecay with a high rate diverges too.`,
    },
  );
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
