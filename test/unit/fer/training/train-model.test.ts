import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { TensorState } from '../../../../src/engine/index.ts';
import type { SplitScores } from '../../../../src/fer/training/loop/history.ts';
import type { Learner } from '../../../../src/fer/training/loop/learner.ts';
import type { TrainingProgress } from '../../../../src/fer/training/loop/meter.ts';
import { trainModel } from '../../../../src/fer/training/loop/train-model.ts';
import type { TrainingPlan } from '../../../../src/fer/training/loop/training-plan.ts';
import { digestOf } from '../../../../src/kit/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { CONSTANT_RATE } from './tiny-data.ts';

const plan: TrainingPlan = {
  epochs: 4,
  batchSize: 4,
  learningRate: 0.01,
  schedule: CONSTANT_RATE,
  earlyStopping: null,
  keep: 'best-loss',
  seed: 1,
};

interface ScriptedLearner extends Learner {
  /** Batches as they came: epoch, image indices, learning rate. */
  readonly batches: { epoch: number; indices: number[]; rate: number }[];
  /** The one "weight": the number of the last step whose weights the model has. */
  weight(): number;
}

/** A learner of ten images without a net: its weight is the number of steps, its validation losses are a script. */
function scripted(losses: readonly number[], stepLoss = (_step: number): number => 1): ScriptedLearner {
  const batches: ScriptedLearner['batches'] = [];
  let iterations = 0;
  let weight = 0;
  let rate = Number.NaN;
  let validated = 0;
  const scalar = (value: number): TensorState => ({ shape: [], values: Float32Array.of(value) });
  return {
    batches,
    weight: () => weight,
    trainCount: 10,
    trainer: {
      get iterations() {
        return iterations;
      },
      step: () => ({ loss: 0, correct: 0 }),
      setLearningRate: (value) => {
        rate = value;
      },
      withAverage: (work) => work(),
      state: () =>
        new Map([
          ['steps', scalar(iterations)],
          ['weights/w', scalar(weight)],
        ]),
      restore: (state) => {
        iterations = state.get('steps')?.values[0] ?? -1;
        weight = state.get('weights/w')?.values[0] ?? -1;
        validated = Math.round(iterations / 3);
      },
      dispose: () => {},
    },
    step: (epoch, indices) => {
      batches.push({ epoch, indices: [...indices], rate });
      iterations++;
      weight = iterations;
      return { loss: stepLoss(iterations), correct: 1 };
    },
    validate: () => scores(losses[validated++] ?? Number.NaN),
    finish: () => {},
    dispose: () => {},
  };
}

function scores(loss: number, active = 60): SplitScores {
  return { loss, accuracy: 0.5, macroF1: 1 / (1 + loss), perClass: [], embedding: { units: 64, active } };
}

describe('the training loop', () => {
  it('sees every image once an epoch, in another order each time, the last batch smaller', async () => {
    const learner = scripted([4, 3, 2, 1]);
    await trainModel({ learner, plan });
    expect(learner.batches.map((b) => b.indices.length)).toEqual([4, 4, 2, 4, 4, 2, 4, 4, 2, 4, 4, 2]);
    const orders = [1, 2, 3, 4].map((epoch) =>
      learner.batches.filter((b) => b.epoch === epoch).flatMap((b) => b.indices),
    );
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(orders.map(String)).size).toBe(4);
  });

  it('weighs the running loss by images, not by batches', async () => {
    const { history } = await trainModel({
      learner: scripted([1], (step) => (step === 3 ? 6 : 1)),
      plan: { ...plan, epochs: 1 },
    });
    expect(history[0]?.train).toEqual({ loss: 2, accuracy: 0.3 });
  });

  it("leaves the best epoch's weights in the model and reports that epoch's own scores", async () => {
    const learner = scripted([3, 1, 2, 4]);
    const outcome = await trainModel({ learner, plan });
    expect(outcome.kept.epoch).toBe(2);
    expect(outcome.kept.validation.loss).toBe(1);
    expect(learner.weight()).toBe(6);
    expect(outcome.steps).toBe(12);
  });

  it('keeps the last epoch where that is asked for', async () => {
    const learner = scripted([3, 1, 2, 4]);
    expect((await trainModel({ learner, plan: { ...plan, keep: 'last' } })).kept.validation.loss).toBe(4);
    expect(learner.weight()).toBe(12);
  });

  it('records the epoch that early stopping ends on', async () => {
    const { history } = await trainModel({
      learner: scripted([3, 1, 1, 1, 9]),
      plan: { ...plan, epochs: 40, earlyStopping: 2 },
    });
    expect(history.map((r) => r.validation.loss)).toEqual([3, 1, 1, 1]);
  });

  it('cuts the rate for the epoch after the one that stalled', async () => {
    const schedule = { ...CONSTANT_RATE, kind: 'plateau', patience: 0 } as const;
    const { history } = await trainModel({
      learner: scripted([1, 1, 0.5, 0.6]),
      plan: { ...plan, schedule },
    });
    expect(history.map((r) => r.learningRate)).toEqual([0.01, 0.01, 0.005, 0.005]);
  });

  it('reports every step with what is done, what is to do and the running loss', async () => {
    const seen: TrainingProgress[] = [];
    await trainModel({
      learner: scripted([2, 1]),
      plan: { ...plan, epochs: 2 },
      onProgress: (p) => seen.push(p),
    });
    expect(seen.map((p) => [p.done, p.total, p.text])).toEqual([
      [4, 20, 'epoch 1/2'],
      [8, 20, 'epoch 1/2'],
      [10, 20, 'epoch 1/2'],
      [14, 20, 'epoch 2/2'],
      [18, 20, 'epoch 2/2'],
      [20, 20, 'epoch 2/2'],
    ]);
    for (const p of seen) {
      expect(p.rate).toBeGreaterThan(0);
      expect(p.etaSeconds).toBeGreaterThanOrEqual(0);
      expect(p.values?.loss).toBe(1);
    }
  });
});

describe('an embedding with hardly an active unit', () => {
  it('is told once, after the first such epoch, before hours are spent on it', async () => {
    const learner = scripted([4, 3, 2, 1]);
    const active = [6, 5, 0, 1];
    const told: [number, string][] = [];
    await trainModel({
      learner: { ...learner, validate: () => scores(learner.validate().loss, active.shift()) },
      plan,
      onWarning: (text) => told.push([learner.batches.length / 3, text]),
    });
    expect(told).toEqual([
      [
        2,
        'After epoch 2 only 5 of the 64 units before the last layer tell images apart (the others answer all of them with the same number), and 7 classes need 6. Units whose ReLU gives 0 for every image seldom come back, however long the training: try another seed or a lower learning rate, for instance by warmupEpochs.',
      ],
    ]);
  });
});

describe('the time to go', () => {
  it('is right from the first step where images of the first epochs ask for less', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const secondsAt = (epoch: number): number => [1, 3, 7][epoch - 1] ?? Number.NaN;
    const learner = scripted([3, 2, 1]);
    const seen: [number, number | undefined][] = [];
    await trainModel({
      learner: {
        ...learner,
        workAt: (epoch) => 5 * secondsAt(epoch),
        step: (epoch, indices) => {
          now += 1000 * secondsAt(epoch) * indices.length;
          return learner.step(epoch, indices);
        },
      },
      plan: { ...plan, epochs: 3 },
      onProgress: ({ etaSeconds }) => seen.push([now / 1000, etaSeconds]),
    });
    clock.mockRestore();
    expect(seen).toHaveLength(9);
    for (const [spent, left] of seen) expect(left).toBeCloseTo(110 - spent, 9);
  });
});

describe('a loss that is not finite', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('ends the training with advice: %s', async (loss) => {
    const learner = scripted([1, 1], (step) => (step === 5 ? loss : 1));
    await expect(trainModel({ learner, plan })).rejects.toThrow(
      expect.objectContaining({
        code: 'TRAINING_DIVERGED',
        message: `The loss must stay a finite number. Received: ${loss} in step 2 of epoch 2, at a learning rate of 0.01.`,
        hint: 'Lower the learning rate (try 0.001), or give the schedule a warmupEpochs; weightDecay with a high rate diverges too.',
      }),
    );
  });

  it('is noticed in validation too', async () => {
    await expect(trainModel({ learner: scripted([1, Number.NaN]), plan })).rejects.toThrow(
      /in validation after epoch 2/,
    );
  });
});

describe('an interrupted training', () => {
  const config = digestOf('config');
  const losses = [3, 1, 2, 4];

  async function interruptedAfter(epochs: number, path: string): Promise<void> {
    const learner = scripted(losses, (step) => (step > 3 * epochs + 1 ? Number.NaN : step));
    await expect(trainModel({ learner, plan, checkpoint: { path, config } })).rejects.toThrow(/finite/);
  }

  it.each([1, 2, 3])('goes on after epoch %i and ends as if nothing had been', async (epochs) => {
    const path = join(temporaryFolder(), 'training.ckpt');
    const undisturbed = await trainModel({ learner: scripted(losses, (step) => step), plan });
    await interruptedAfter(epochs, path);
    const learner = scripted(losses, (step) => step);
    const resumed = await trainModel({ learner, plan, checkpoint: { path, config } });
    expect(resumed.resumedAfter).toBe(epochs);
    expect(learner.batches[0]?.epoch).toBe(epochs + 1);
    expect(learner.weight()).toBe(6);
    expect({ ...resumed, resumedAfter: 0, secondsPerEpoch: [] }).toEqual({
      ...undisturbed,
      secondsPerEpoch: [],
    });
  });

  it('that was over already trains no more', async () => {
    const path = join(temporaryFolder(), 'training.ckpt');
    await trainModel({ learner: scripted(losses), plan, checkpoint: { path, config } });
    const learner = scripted(losses);
    expect((await trainModel({ learner, plan, checkpoint: { path, config } })).kept.epoch).toBe(2);
    expect(learner.batches).toEqual([]);
    expect(learner.weight()).toBe(6);
  });

  it('starts again, and says why, when its checkpoint is of another configuration', async () => {
    const path = join(temporaryFolder(), 'training.ckpt');
    await interruptedAfter(2, path);
    const warnings: string[] = [];
    const learner = scripted(losses);
    const outcome = await trainModel({
      learner,
      plan,
      checkpoint: { path, config: digestOf('another') },
      onWarning: (text) => warnings.push(text),
    });
    expect(outcome.resumedAfter).toBe(0);
    expect(learner.batches).toHaveLength(12);
    expect(warnings).toEqual([
      `The checkpoint ${path} is not used: it belongs to another configuration or other data. Training starts from the beginning.`,
    ]);
  });
});
