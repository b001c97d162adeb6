import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  STOPPING_START,
  shouldStop,
  watchLoss,
} from '../../../../src/fer/training/schedule/early-stopping.ts';
import { isBetterEpoch } from '../../../../src/fer/training/schedule/keeper.ts';
import {
  afterEpoch,
  learningRateAt,
  type ScheduleParams,
  startSchedule,
} from '../../../../src/fer/training/schedule/schedule.ts';

interface Trace {
  readonly rows: readonly {
    readonly epoch: number;
    readonly val_loss: number;
    readonly lr_used: number;
    readonly lr_next: number;
    readonly scheduler_bad_epochs: number;
    readonly scheduler_best: number;
    readonly stop_bad_epochs: number;
  }[];
  readonly stop_epoch: number | null;
  readonly best_epoch: number;
}

const REFERENCE = new URL('../../../../../shared/reference/schedules.json', import.meta.url);
const plateau: ScheduleParams = {
  kind: 'plateau',
  factor: 0.5,
  patience: 3,
  threshold: 1e-4,
  minLearningRate: 0,
  warmupEpochs: 0,
};
const length = { epochs: 20, stepsPerEpoch: 10 };

describe.skipIf(!existsSync(REFERENCE))('against PyTorch, epoch by epoch', () => {
  const reference = existsSync(REFERENCE)
    ? (JSON.parse(readFileSync(REFERENCE, 'utf8')) as { traces: Record<string, Trace>; lr0: number })
    : { traces: {}, lr0: 0 };

  it.each(Object.entries(reference.traces))('%s has the same rates, counters and stop', (_name, trace) => {
    let schedule = startSchedule(reference.lr0);
    let stopping = STOPPING_START;
    let kept: { epoch: number; loss: number; macroF1: number } | undefined;
    let stop: number | null = null;
    for (const row of trace.rows) {
      expect(learningRateAt(plateau, schedule, length, (row.epoch - 1) * 10)).toBe(row.lr_used);
      schedule = afterEpoch(plateau, schedule, row.val_loss);
      stopping = watchLoss(stopping, row.val_loss);
      expect(schedule).toEqual({
        learningRate: row.lr_next,
        bestLoss: row.scheduler_best,
        badEpochs: row.scheduler_bad_epochs,
      });
      expect(stopping.badEpochs).toBe(row.stop_bad_epochs);
      const now = { epoch: row.epoch, loss: row.val_loss, macroF1: 0 };
      if (isBetterEpoch('best-loss', kept, now)) kept = now;
      if (stop === null && shouldStop(stopping, 6)) stop = row.epoch;
    }
    expect(stop).toBe(trace.stop_epoch);
    expect(kept?.epoch).toBe(trace.best_epoch);
  });
});

describe('the plateau schedule', () => {
  it("repeats the paper's MobileNetV2 run: cut after epoch 14, stop after 16", () => {
    const better = new Set([1, 2, 5, 7, 10]);
    let schedule = startSchedule(1e-3);
    let stopping = STOPPING_START;
    let loss = 2;
    const rates: number[] = [];
    let epoch = 0;
    while (!shouldStop(stopping, 6)) {
      epoch++;
      rates.push(schedule.learningRate);
      if (better.has(epoch)) loss -= 0.1;
      const now = better.has(epoch) ? loss : loss + 0.05;
      schedule = afterEpoch(plateau, schedule, now);
      stopping = watchLoss(stopping, now);
    }
    expect(epoch).toBe(16);
    expect(rates).toEqual([...Array<number>(14).fill(1e-3), 5e-4, 5e-4]);
  });

  // torch.optim.lr_scheduler.ReduceLROnPlateau(SGD([…], lr=start), factor=…, patience=…), PyTorch 2.15.0
  it.each([
    {
      about: 'of rates so small that PyTorch no longer cuts them',
      start: 1e-7,
      changes: { factor: 0.5, patience: 1 },
      losses: [1, 0.9, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.5, 0.6, 0.6, 0.6],
      rates: [1e-7, 1e-7, 1e-7, 5e-8, 5e-8, 2.5e-8, 2.5e-8, ...Array<number>(7).fill(1.25e-8)],
      badEpochs: [0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1],
    },
    {
      about: 'of a rate just above the minimum',
      start: 2.5e-8,
      changes: { factor: 0.5, patience: 0, minLearningRate: 2e-8 },
      losses: [1, 2, 2],
      rates: [2.5e-8, 2.5e-8, 2.5e-8],
      badEpochs: [0, 0, 0],
    },
    {
      about: 'that begins with a loss that is no number',
      start: 1e-3,
      changes: { factor: 0.5, patience: 1 },
      losses: [Number.NaN, 1, 1.1, 1.2, 1.3, 0.9],
      rates: [1e-3, 1e-3, 1e-3, 5e-4, 5e-4, 5e-4],
      badEpochs: [1, 0, 1, 0, 1, 0],
    },
  ])("repeats PyTorch's sequence $about", ({ start, changes, losses, rates, badEpochs }) => {
    let state = startSchedule(start);
    const states = losses.map((loss) => {
      state = afterEpoch({ ...plateau, ...changes }, state, loss);
      return state;
    });
    expect(states.map(({ learningRate }) => learningRate)).toEqual(rates);
    expect(states.map((each) => each.badEpochs)).toEqual(badEpochs);
  });

  it('never falls below the minimum, and never rises to it', () => {
    const losses = fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(losses, fc.double({ min: 1e-5, max: 1, noNaN: true }), (values, start) => {
        const params = { ...plateau, patience: 0, minLearningRate: 1e-3 };
        let state = startSchedule(start);
        for (const value of values) {
          const next = afterEpoch(params, state, value);
          expect(next.learningRate).toBeLessThanOrEqual(state.learningRate);
          expect(next.learningRate).toBeGreaterThanOrEqual(Math.min(start, 1e-3));
          state = next;
        }
      }),
    );
  });
});

describe('the cosine schedule', () => {
  const cosine: ScheduleParams = { ...plateau, kind: 'cosine', warmupEpochs: 2, minLearningRate: 1e-5 };
  const at = (step: number): number => learningRateAt(cosine, startSchedule(1e-3), length, step);

  it('warms up in equal steps and meets the full rate at the end of the warm-up', () => {
    expect([at(0), at(9), at(19), at(20)]).toEqual([5e-5, 5e-4, 1e-3, 1e-3]);
  });

  it('is half way down half way through and ends near the minimum', () => {
    expect(at(110)).toBeCloseTo((1e-3 + 1e-5) / 2, 12);
    expect(at(199)).toBeGreaterThan(1e-5);
    expect(at(199)).toBeLessThan(1.01e-5);
    expect(at(200)).toBeCloseTo(1e-5, 15);
  });

  it('does not look at the validation loss', () => {
    const state = startSchedule(1e-3);
    expect(afterEpoch(cosine, state, 9)).toBe(state);
  });
});

describe('the keeper', () => {
  it.each([
    ['best-loss', { loss: 0.9, macroF1: 0.1 }, true],
    ['best-loss', { loss: 1, macroF1: 0.9 }, false],
    ['best-macro-f1', { loss: 2, macroF1: 0.6 }, true],
    ['best-macro-f1', { loss: 0.1, macroF1: 0.5 }, false],
    ['last', { loss: 9, macroF1: 0 }, true],
  ] as const)('%s with %o replaces loss 1 and macro-F1 0.5: %s', (keep, now, expected) => {
    expect(isBetterEpoch(keep, { loss: 1, macroF1: 0.5 }, now)).toBe(expected);
    expect(isBetterEpoch(keep, undefined, now)).toBe(true);
  });
});
