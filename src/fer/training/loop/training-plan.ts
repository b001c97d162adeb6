import type { Keep } from '../schedule/keeper.ts';
import type { ScheduleParams } from '../schedule/schedule.ts';
import type { Learner } from './learner.ts';
import type { TrainingProgress } from './meter.ts';
import type { CheckpointPlace } from './session.ts';

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
