import { setImmediate as nextTurn } from 'node:timers/promises';
import { FermentError } from '../../../kit/index.ts';
import { learningRateAt, type ScheduleState } from '../schedule/schedule.ts';
import type { EpochRecord } from './history.ts';
import type { Learner } from './learner.ts';
import type { Meter } from './meter.ts';
import { shuffledOrder } from './sampling.ts';
import type { TrainingOptions, TrainingPlan } from './training-plan.ts';

/** All training images once, in a new order, the last batch possibly smaller. Throws TRAINING_DIVERGED. */
export async function runSteps(
  options: TrainingOptions,
  epoch: number,
  schedule: ScheduleState,
  meter: Meter,
): Promise<EpochRecord['train'] & { readonly learningRate: number }> {
  const { learner, plan } = options;
  const count = learner.trainCount;
  const work = learner.workAt?.(epoch) ?? 1;
  const workAfter = workOfLaterEpochs(learner, plan, epoch);
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
    meter.add(indices.length, work * indices.length);
    const done = (epoch - 1) * count + seen;
    const total = plan.epochs * count;
    options.onProgress?.({
      done,
      total,
      unit: 'image',
      text: `epoch ${epoch}/${plan.epochs}`,
      rate: meter.imagesPerSecond(),
      etaSeconds: meter.etaSeconds(workAfter + work * (count - seen)),
      values: { loss: loss / seen, accuracy: correct / seen },
    });
  }
  return { loss: loss / count, accuracy: correct / count, learningRate };
}

/** Throws TRAINING_DIVERGED for a loss that is no number any more, with what to try. */
export function checkFinite(loss: number, where: string, learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw new FermentError(
    'TRAINING_DIVERGED',
    `The loss must stay a finite number. Received: ${loss} in ${where}, at a learning rate of ${learningRate}.`,
    {
      hint: `Lower the learning rate (try ${Number((learningRate / 10).toPrecision(3))}), or give the schedule a warmupEpochs; weightDecay with a high rate diverges too.`,
    },
  );
}

/** What the epochs after this one ask, in the unit of `workAt`. */
function workOfLaterEpochs(learner: Learner, plan: TrainingPlan, epoch: number): number {
  let work = 0;
  for (let later = epoch + 1; later <= plan.epochs; later++) work += learner.workAt?.(later) ?? 1;
  return work * learner.trainCount;
}
