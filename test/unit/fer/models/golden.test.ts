import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileModel } from '../../../../src/engine/graph/compile.ts';
import { compileForTraining } from '../../../../src/engine/graph/fusion/fuse.ts';
import { planGradients, runBackward, runForward } from '../../../../src/engine/graph/run.ts';
import type { Pass } from '../../../../src/engine/graph/step.ts';
import {
  createInference,
  createTrainer,
  type Engine,
  type LayersModel,
  loadEngine,
} from '../../../../src/engine/index.ts';
import { smoothedTargets, softmaxCrossEntropy } from '../../../../src/engine/ops/softmax-cross-entropy.ts';
import { buildModel, disposeModel } from '../../../../src/fer/models/index.ts';
import {
  formulaImages,
  formulaLabels,
  formulaValues,
  type GradientReference,
  maxDifference,
  type NetReference,
  norm,
  readReference,
  setFormulaWeights,
  sizeOf,
  type TensorRow,
  type VggReference,
} from '../../engine/reference.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine({ device: 'cpu' });
});

/** The engine as it is, and as it is where Ferment's own kernels are not. */
const KERNELS = { own: () => engine, single: (): Engine => ({ ...engine, fused: undefined }) } as const;

const images = formulaImages(8);
const labels = formulaLabels(8);
const OPTIMIZERS = {
  adam: { kind: 'adam', learningRate: 1e-3 },
  adam_wd: { kind: 'adam', learningRate: 1e-3, weightDecay: 1e-4 },
  sgd: { kind: 'sgd', learningRate: 1e-3 },
} as const;

/** What to allow, from the references' own table: measured deviations of float32 kernels with room above. */
const NETS = {
  resnet: {
    file: 'resnet',
    zero: /conv\d\/bias$/,
    logitsEval: 1e-5,
    logitsTrain: 5e-5,
    lossTrain: 1e-5,
    evalGradient: { norm: 1e-5, entry: 2e-5 },
    trainGradient: { norm: 2e-5, entry: 5e-5 },
    moving: 1e-5,
    sgd: { losses: 2e-5, logits: 5e-5 },
    adam: { losses: 2e-3, logits: 5e-2, update1: 1e-3, norm5: 2e-4 },
  },
  mobilenetv2: {
    file: 'mobilenet',
    zero: /project_bn\/beta$/,
    logitsEval: 2e-5,
    logitsTrain: 5e-4,
    lossTrain: 1e-4,
    evalGradient: { norm: 2e-3, entry: 1e-2 },
    trainGradient: { norm: 4e-2, entry: 1e-1 },
    moving: 1e-4,
    sgd: { losses: 1e-3, logits: 3e-2 },
    adam: { losses: 1e-2, logits: 3e-1, update1: 5e-3, norm5: 5e-3 },
  },
} as const;

interface Run {
  readonly logits: Float32Array;
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** Loss and gradients of the formula batch, with batch norm on batch or on moving statistics. */
function runGradients(model: LayersModel, training: boolean, on: Engine = engine): Run {
  const { tf } = engine;
  const graph = training ? compileForTraining(on, model) : compileModel(model);
  const pass: Pass = { engine, training, dropoutSeed: () => [0, 0] };
  const x = tf.tensor(images, [8, 48, 48, 3]);
  const tape = runForward(graph, planGradients(graph), pass, x);
  const logits = Float32Array.from(tape.output.dataSync());
  const targets = tf.tensor2d(smoothedTargets(labels, 7, 0), [8, 7]);
  const { losses, gradient } = softmaxCrossEntropy(engine, tape.output, targets);
  const loss = losses.dataSync<'float32'>().reduce((sum, v) => sum + v, 0) / 8;
  const scaled = gradient.div<typeof gradient>(8);
  const found = runBackward(graph, pass, tape, scaled);
  const gradients = new Map([...found].map(([w, g]) => [w.name, Float32Array.from(g.dataSync())]));
  tf.dispose([x, targets, losses, gradient, ...found.values()]);
  return { logits, loss, gradients };
}

function expectGradients(
  actual: Run['gradients'],
  expected: Readonly<Record<string, GradientReference>>,
  allowed: { readonly norm: number; readonly entry: number },
  zero: RegExp,
): void {
  expect([...actual.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, reference] of Object.entries(expected)) {
    const gradient = actual.get(name) ?? [];
    if (zero.test(name) && reference.norm < 1e-12) {
      expect(norm(gradient), name).toBeLessThan(1e-4); // zero in exact arithmetic, noise here
      continue;
    }
    expect(Math.abs(norm(gradient) / reference.norm - 1), `${name}: norm`).toBeLessThanOrEqual(allowed.norm);
    const off = maxDifference(gradient, reference.first8) / reference.max_abs;
    expect(off, `${name}: entries`).toBeLessThanOrEqual(allowed.entry);
  }
}

function readWeights(model: LayersModel): Map<string, Float32Array> {
  const all = model.layers.flatMap((layer) => layer.weights);
  return new Map(all.map((v) => [v.originalName, Float32Array.from(v.read().dataSync())]));
}

function logitsOf(model: LayersModel, count = 8): Float32Array {
  const x = engine.tf.tensor(images.subarray(0, count * 6912), [count, 48, 48, 3]);
  const inference = createInference(engine, model);
  const { logits, embeddings } = inference.run(x);
  const values = Float32Array.from(logits.dataSync());
  inference.dispose();
  engine.tf.dispose([x, logits, embeddings]);
  return values;
}

const tableOf = (model: LayersModel): { name: string; shape: readonly (number | null)[] }[] =>
  model.layers.flatMap((l) => l.weights).map((v) => ({ name: v.originalName, shape: v.shape }));
const rowsOf = (rows: readonly TensorRow[]) => rows.map(({ name, shape }) => ({ name, shape }));
const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

test('the formula images are those of the references', () => {
  const { input_sha256 } = readReference<NetReference>('resnet');
  expect(createHash('sha256').update(images).digest('hex')).toBe(input_sha256);
});

describe.each(['resnet', 'mobilenetv2'] as const)('%s', (architecture) => {
  const allowed = NETS[architecture];
  const reference = readReference<NetReference>(allowed.file);
  let model: LayersModel;
  const reset = (): void => setFormulaWeights(engine, model, reference.tensors);
  beforeAll(() => {
    model = buildModel(engine, { architecture, dropout: 0, seed: 1 });
  });
  afterAll(() => disposeModel(model));

  test('has the tensors of the table', () => {
    expect(tableOf(model).sort(byName)).toEqual(rowsOf(reference.tensors).sort(byName));
  });

  test('gives the true logits in inference, compiled and as a plain tf.layers model', () => {
    reset();
    expect(maxDifference(logitsOf(model), reference.logits_eval)).toBeLessThanOrEqual(allowed.logitsEval);
    const x = engine.tf.tensor(images, [8, 48, 48, 3]);
    const plain = model.predict(x);
    if (Array.isArray(plain)) throw new Error('one output');
    expect(maxDifference(plain.dataSync(), reference.logits_eval)).toBeLessThanOrEqual(allowed.logitsEval);
    engine.tf.dispose([x, plain]);
  });

  test('gives the true embedding', () => {
    reset();
    const x = engine.tf.tensor(images, [8, 48, 48, 3]);
    const inference = createInference(engine, model);
    const { logits, embeddings } = inference.run(x);
    inference.dispose();
    expect(embeddings.shape).toEqual([8, architecture === 'resnet' ? 64 : 128]);
    const values = embeddings.dataSync();
    expect(Math.abs(norm(values) / reference.embedding_eval.norm - 1)).toBeLessThanOrEqual(1e-5);
    expect(maxDifference(values, reference.embedding_eval.first8)).toBeLessThanOrEqual(1e-5);
    engine.tf.dispose([x, logits, embeddings]);
  });

  test('has the true gradients on moving statistics', () => {
    reset();
    const { loss, gradients } = runGradients(model, false);
    expect(Math.abs(loss - reference.loss_eval)).toBeLessThanOrEqual(allowed.lossTrain);
    expectGradients(gradients, reference.gradients_eval_mode, allowed.evalGradient, allowed.zero);
  });

  test.each(['own', 'single'] as const)(
    'has the true logits, loss and gradients in training (%s kernels)',
    (kind) => {
      reset();
      const { logits, loss, gradients } = runGradients(model, true, KERNELS[kind]());
      expect(maxDifference(logits, reference.logits_train)).toBeLessThanOrEqual(allowed.logitsTrain);
      expect(Math.abs(loss - reference.loss_train)).toBeLessThanOrEqual(allowed.lossTrain);
      expectGradients(gradients, reference.gradients_train_mode, allowed.trainGradient, allowed.zero);
    },
  );

  test.each([
    ['adam', 'own'],
    ['adam_wd', 'own'],
    ['sgd', 'own'],
    ['adam', 'single'],
    ['adam_wd', 'single'],
    ['sgd', 'single'],
  ] as const)('takes five true steps with %s (%s kernels)', (name, kind) => {
    reset();
    const expected = reference.optimizers[name];
    const bounds = name === 'sgd' ? allowed.sgd : allowed.adam;
    const trainer = createTrainer(KERNELS[kind](), model, { optimizer: OPTIMIZERS[name], seed: 1 });
    const step = (): number => trainer.step(images, labels).loss;
    const losses = [step()];
    expectMoving(expected.after['1']);
    if (name !== 'sgd') expectUpdates(expected.after['1']);
    losses.push(step(), step(), step(), step());
    expectNorms(expected.after['5']);
    expect(maxDifference(losses, expected.losses)).toBeLessThanOrEqual(bounds.losses);
    expect(maxDifference(logitsOf(model), expected.logits_eval_after)).toBeLessThanOrEqual(bounds.logits);
    trainer.dispose();
  });

  type After = Readonly<Record<string, { readonly norm: number; readonly update_norm: number }>>;
  // Adam turns the noise of a gradient that is exactly zero into whole steps.
  const learned = reference.tensors.filter((r) => !r.name.includes('/moving_') && !allowed.zero.test(r.name));
  const moving = reference.tensors.filter((r) => r.name.includes('/moving_'));
  const relative = (value: number, truth = Number.NaN): number => Math.abs(value / truth - 1);

  function expectMoving(after: After): void {
    const weights = readWeights(model);
    for (const { name } of moving) {
      const off = relative(norm(weights.get(name) ?? []), after[name]?.norm);
      expect(off, name).toBeLessThanOrEqual(allowed.moving);
    }
  }

  function expectUpdates(after: After): void {
    const weights = readWeights(model);
    for (const { name, k, shape, offset, bound } of learned) {
      const start = formulaValues(k, sizeOf(shape), offset, bound);
      const update = norm(start.map((v, i) => (weights.get(name)?.[i] ?? Number.NaN) - v));
      const off = relative(update, after[name]?.update_norm);
      expect(off, name).toBeLessThanOrEqual(allowed.adam.update1);
    }
  }

  function expectNorms(after: After): void {
    const weights = readWeights(model);
    for (const { name } of learned) {
      const off = relative(norm(weights.get(name) ?? []), after[name]?.norm);
      expect(off, name).toBeLessThanOrEqual(allowed.adam.norm5);
    }
  }

  test('keeps no tensor after training and inference', () => {
    const before = engine.tf.memory().numTensors;
    const trainer = createTrainer(engine, model, { optimizer: OPTIMIZERS.adam_wd, seed: 1 });
    trainer.step(images, labels);
    trainer.step(images, labels);
    trainer.dispose();
    logitsOf(model);
    expect(engine.tf.memory().numTensors).toBe(before);
  });
});

describe('vgg16', () => {
  const reference = readReference<VggReference>('vgg16');
  let model: LayersModel;
  beforeAll(() => {
    model = buildModel(engine, { architecture: 'vgg16', dropout: 0, seed: 1 });
    setFormulaWeights(engine, model, reference.tensors);
  });
  afterAll(() => disposeModel(model));

  test('has the tensors of the table', () => {
    expect(tableOf(model).sort(byName)).toEqual(rowsOf(reference.tensors).sort(byName));
  });

  test('gives the true logits in inference', () => {
    expect(maxDifference(logitsOf(model, 2), reference.logits_eval)).toBeLessThanOrEqual(2e-5);
  });

  test('has the true logits, loss and gradients in training, of the trained part only', () => {
    const { logits, loss, gradients } = runGradients(model, true);
    expect(maxDifference(logits, reference.logits_train)).toBeLessThanOrEqual(2e-4);
    expect(Math.abs(loss - reference.loss_train_dropout0)).toBeLessThanOrEqual(2e-5);
    const zero = /head\/(bn0\/beta|dense\d\/bias)$/;
    expectGradients(gradients, reference.gradients_train_mode, { norm: 1e-4, entry: 1e-4 }, zero);
  });
});
