import { unreachable } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';

/** A learning-rate schedule as params.yaml gives it. */
export type ScheduleParams = Params['baseline']['schedule'];

/** All that a schedule remembers; JSON, so that it goes into a checkpoint as it is. */
export interface ScheduleState {
  /** The rate before warm-up and cosine; only plateau changes it. */
  readonly learningRate: number;
  /** Lowest validation loss that counted as an improvement, or null before the first epoch. */
  readonly bestLoss: number | null;
  /** Epochs in a row without improvement. */
  readonly badEpochs: number;
}

export interface ScheduleLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** PyTorch's `eps`: a cut by less is not made. */
const SMALLEST_CUT = 1e-8;

export function startSchedule(learningRate: number): ScheduleState {
  return { learningRate, bestLoss: null, badEpochs: 0 };
}

/**
 * The rate of one step; `step` counts from 0 over the whole training. Linear warm-up from near 0 over
 * `warmupEpochs` with every kind; cosine then falls to `minLearningRate` over the steps that remain
 * (Loshchilov and Hutter, 2017, without restarts).
 */
export function learningRateAt(
  params: ScheduleParams,
  state: ScheduleState,
  length: ScheduleLength,
  step: number,
): number {
  const warmup = Math.round(params.warmupEpochs * length.stepsPerEpoch);
  if (step < warmup) return (state.learningRate * (step + 1)) / warmup;
  switch (params.kind) {
    case 'none':
    case 'plateau':
      return state.learningRate;
    case 'cosine': {
      const floor = Math.min(params.minLearningRate, state.learningRate);
      const done = (step - warmup) / Math.max(1, length.epochs * length.stepsPerEpoch - warmup);
      return floor + ((state.learningRate - floor) * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
    }
    default:
      return unreachable(params.kind);
  }
}

/**
 * What the schedule knows after an epoch. Plateau (PyTorch's ReduceLROnPlateau, mode min, relative threshold):
 * better means `loss < best (1 - threshold)`; the bad epoch after `patience` others cuts the rate by `factor`, not
 * below `minLearningRate` and not by 1e-8 or less, and the count starts again.
 */
export function afterEpoch(
  params: ScheduleParams,
  state: ScheduleState,
  validationLoss: number,
): ScheduleState {
  if (params.kind !== 'plateau') return state;
  if (validationLoss < (state.bestLoss ?? Number.POSITIVE_INFINITY) * (1 - params.threshold))
    return { ...state, bestLoss: validationLoss, badEpochs: 0 };
  const badEpochs = state.badEpochs + 1;
  if (badEpochs <= params.patience) return { ...state, badEpochs };
  const cut = Math.max(state.learningRate * params.factor, params.minLearningRate);
  // Nor is a rate that starts below the minimum raised to it.
  const isCut = state.learningRate - cut > SMALLEST_CUT;
  return { ...state, learningRate: isCut ? cut : state.learningRate, badEpochs: 0 };
}
