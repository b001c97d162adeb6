import type { ActiveUnits } from '../../evaluation/index.ts';
import { CLASSES } from '../../params/index.ts';

/** Precision, recall and F1 of one class. */
export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Images of this class. */
  readonly support: number;
}

/** What the logits of a whole split score, arg-max answers, no augmentation. */
export interface LogitScores {
  /** Mean cross-entropy, every image with the same weight. */
  readonly loss: number;
  readonly accuracy: number;
  /** Unweighted mean of the seven F1; a class without a right answer counts 0. */
  readonly macroF1: number;
  /** In the order of CLASSES. */
  readonly perClass: readonly ClassMetrics[];
}

/** What a model is worth on a whole split. */
export interface SplitScores extends LogitScores {
  readonly embedding: ActiveUnits;
}

/** One finished epoch. JSON, so that it goes into a checkpoint as it is. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** The rate of the epoch's last step. */
  readonly learningRate: number;
  /**
   * Running means over the epoch, in training mode on augmented images, of the loss that is minimised (with class
   * weights and label smoothing where they are on): not comparable with validation.
   */
  readonly train: { readonly loss: number; readonly accuracy: number };
  readonly validation: SplitScores;
}

/**
 * The history as CSV with the paper's columns, less its `epoch_time_sec` (seconds are no result), plus
 * `learning_rate` at the end.
 */
export function renderHistoryCsv(history: readonly EpochRecord[]): string {
  const perClass = CLASSES.flatMap((name) => [`${name}_precision`, `${name}_recall`, `${name}_f1-score`]);
  const head = ['epoch', 'train_loss', 'val_loss', 'train_acc', 'val_acc', 'val_f1_macro'];
  const lines = [[...head, ...perClass, 'learning_rate'], ...history.map(rowOf)];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}

function rowOf({ epoch, train, validation, learningRate }: EpochRecord): readonly number[] {
  return [
    epoch,
    train.loss,
    validation.loss,
    train.accuracy,
    validation.accuracy,
    validation.macroF1,
    ...validation.perClass.flatMap((c) => [c.precision, c.recall, c.f1]),
    learningRate,
  ];
}
