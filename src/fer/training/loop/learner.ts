import type { StepResult, Trainer } from '../../../engine/index.ts';
import type { SplitScores } from './history.ts';

/** A model with its trainer and its data, as the loop sees them. */
export interface Learner {
  readonly trainer: Trainer;
  /** Number of training images. */
  readonly trainCount: number;
  /** What an image of an epoch (from 1) asks for, beside one of another; left out, all ask for the same. */
  workAt?(epoch: number): number;
  /** One optimizer step on these training images, as they look in this epoch (from 1). */
  step(epoch: number, indices: Uint32Array): StepResult;
  /** Scores the whole validation split with the weights as they are. */
  validate(): SplitScores;
  /** Called once at the end: the model that will be saved gets the trained weights, where it is not trained itself. */
  finish(): void;
  /** Releases everything but that model. */
  dispose(): void;
}
