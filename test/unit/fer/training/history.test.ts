import { describe, expect, it } from 'vitest';
import { type EpochRecord, renderHistoryCsv } from '../../../../src/fer/training/loop/history.ts';
import { scoreLogits, scorePredictions } from '../../../../src/fer/training/loop/scores.ts';

const row = (epoch: number): EpochRecord => ({
  epoch,
  learningRate: 0.001 / epoch,
  train: { loss: 1.5, accuracy: 0.25 },
  validation: {
    loss: 1.75,
    accuracy: 0.5,
    macroF1: 0.125,
    embedding: { units: 64, active: 60 },
    perClass: Array.from({ length: 7 }, (_, c) => ({
      precision: c / 10,
      recall: c / 100,
      f1: c / 1000,
      support: 9,
    })),
  },
});

describe('the history as CSV', () => {
  it("has the paper's columns, no seconds, and the learning rate at the end", () => {
    expect(renderHistoryCsv([row(1), row(2)])).toMatchInlineSnapshot(`
      "epoch,train_loss,val_loss,train_acc,val_acc,val_f1_macro,angry_precision,angry_recall,angry_f1-score,disgust_precision,disgust_recall,disgust_f1-score,fear_precision,fear_recall,fear_f1-score,happy_precision,happy_recall,happy_f1-score,neutral_precision,neutral_recall,neutral_f1-score,sad_precision,sad_recall,sad_f1-score,surprise_precision,surprise_recall,surprise_f1-score,learning_rate
      1,1.5,1.75,0.25,0.5,0.125,0,0,0,0.1,0.01,0.001,0.2,0.02,0.002,0.3,0.03,0.003,0.4,0.04,0.004,0.5,0.05,0.005,0.6,0.06,0.006,0.001
      2,1.5,1.75,0.25,0.5,0.125,0,0,0,0.1,0.01,0.001,0.2,0.02,0.002,0.3,0.03,0.003,0.4,0.04,0.004,0.5,0.05,0.005,0.6,0.06,0.006,0.0005
      "
    `);
  });
});

describe('scoring logits', () => {
  it('gives the mean cross-entropy and the arg-max measures of a hand-worked case', () => {
    // Two images: logits 0 except ln 2 for class 3, so that its probability is 2/8.
    const logits = new Float32Array(14);
    logits[3] = Math.log(2);
    logits[7 + 3] = Math.log(2);
    const scores = scoreLogits(logits, Uint8Array.of(3, 0));
    expect(scores.loss).toBeCloseTo(-(Math.log(2 / 8) + Math.log(1 / 8)) / 2, 7);
    expect(scores.accuracy).toBe(0.5);
    expect(scores.perClass[3]).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3, support: 1 });
    expect(scores.macroF1).toBeCloseTo(2 / 3 / 7, 12);
  });

  it('stays finite for logits as large as float32 has them', () => {
    const logits = new Float32Array(7).fill(-1e38);
    logits[2] = 3e38;
    expect(scoreLogits(logits, Uint8Array.of(2)).loss).toBe(0);
    expect(Number.isFinite(scoreLogits(logits, Uint8Array.of(1)).loss)).toBe(true);
  });

  it('answers the first class of equal logits', () => {
    expect(scoreLogits(new Float32Array(7), Uint8Array.of(0)).accuracy).toBe(1);
  });

  it('counts the units that differ between images beside them', () => {
    const embeddings = Float32Array.of(0, 0.5, 2, 0, 0.5, 3);
    const scores = scorePredictions(
      { logits: new Float32Array(14), embeddings, dimensions: 3 },
      Uint8Array.of(3, 0),
    );
    expect(scores.embedding).toEqual({ units: 3, active: 1 });
    expect(scores.accuracy).toBe(0.5);
  });

  it('does not hide a logit that is not a number', () => {
    const logits = new Float32Array(7).fill(1);
    logits[4] = Number.NaN;
    expect(Number.isFinite(scoreLogits(logits, Uint8Array.of(0)).loss)).toBe(false);
  });
});
