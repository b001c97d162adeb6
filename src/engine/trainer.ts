import { createRandom, FermentError } from '../kit/index.ts';
import { explainTensorFlowError } from './errors.ts';
import { compileForTraining } from './graph/fusion/fuse.ts';
import { planGradients, runBackward, runForward } from './graph/run.ts';
import type { Pass } from './graph/step.ts';
import type { Engine } from './load.ts';
import { FLOAT, type LayersModel, type LayerVariable, type Tensor, type Tensor4D } from './native.ts';
import { smoothedTargets, softmaxCrossEntropy } from './ops/softmax-cross-entropy.ts';
import {
  createOptimizer,
  floatsOf,
  type OptimizerOptions,
  stateOf,
  type TensorState,
  type TensorStates,
} from './optimizer.ts';
import { type Precision, withPrecision } from './precision.ts';
import { createWeightAverage, type WeightAverage } from './weight-average.ts';

export interface TrainerOptions {
  readonly optimizer: OptimizerOptions;
  /** Share of the target that is spread evenly over the classes; 0 by default. */
  readonly labelSmoothing?: number;
  /** One factor per class for loss and gradient of its samples; the mean is over samples, not over factors. */
  readonly classWeights?: readonly number[] | undefined;
  /** Decay of a running mean of the weights (see `createWeightAverage`), below 1; 0, the default, keeps none. */
  readonly averageDecay?: number;
  /** What large products multiply; float32 by default. */
  readonly precision?: Precision;
  /** Decides the dropout masks, together with the number of the step. */
  readonly seed: number | string;
}

export interface StepResult {
  /** Mean loss of the batch before the step, in training mode, without weight decay. */
  readonly loss: number;
  /** How many images had their label as the largest logit (the first wins a tie). */
  readonly correct: number;
}

/** Trains one model, step by step. The model's own weights are always the newest. */
export interface Trainer {
  /** Steps so far. */
  readonly iterations: number;
  /**
   * One optimizer step on a batch: `images` normalised, `[n, 48, 48, 3]` row-major or a tensor (which stays the
   * caller's), `labels` n class numbers. A tensor may hold images of another size than the model's input where the
   * model has no Flatten, which ties it to one. `targets`, rows `[n, classes]` that sum to 1, are what the loss compares
   * with instead of the (smoothed) labels, which still decide class weights and what counts as correct.
   * Throws BAD_ARRAY when they do not fit each other or the model, OUT_OF_MEMORY when the device has too little.
   */
  step(images: Float32Array | Tensor4D, labels: ArrayLike<number>, targets?: Float32Array): StepResult;
  setLearningRate(learningRate: number): void;
  /** Runs `work` with the running means in the model, where they are kept, else with the weights as they are. */
  withAverage<T>(work: () => T): T;
  /**
   * Everything that the next step depends on: weights and moving statistics of the trained layers, optimizer
   * moments, running means, number of steps. Frozen layers are not in it.
   */
  state(): TensorStates;
  /** Continues from a saved state, to the bit. Throws BAD_WEIGHTS when it does not fit. */
  restore(state: ReadonlyMap<string, TensorState>): void;
  /** Releases the optimizer's memory; the model stays usable. */
  dispose(): void;
}

/**
 * Prepares the training of a tf.layers model whose output is logits. Layers with `trainable: false` are left alone.
 * Throws NO_DEVICE where the engine cannot multiply in the wanted precision.
 */
export function createTrainer(loaded: Engine, model: LayersModel, options: TrainerOptions): Trainer {
  const engine = withPrecision(loaded, options.precision ?? 'float32');
  const graph = compileForTraining(engine, model);
  const plan = planGradients(graph);
  const optimizer = createOptimizer(engine, graph.weights, options.optimizer);
  const variables = trainedVariables(model);
  const classes = model.outputs[0]?.shape.at(-1) ?? 0;
  const average = averageOf(engine, variables, options.averageDecay ?? 0);
  const dropoutKey = createDropoutKeys(options.seed);

  const step: Trainer['step'] = (images, labels, targets) => {
    checkAnswers(labels, targets, classes);
    const x = asBatch(engine, model, images, labels.length);
    const pass: Pass = {
      engine,
      training: true,
      dropoutSeed: (layer) => [dropoutKey(layer), optimizer.iterations],
    };
    const tape = runForward(graph, plan, pass, x.tensor);
    const logits = tape.output.clone();
    const rows = targets ?? smoothedTargets(labels, classes, options.labelSmoothing ?? 0);
    const loss = lossOf(engine, logits, rows, classWeightsOf(labels, options));
    const gradients = runBackward(graph, pass, tape, loss.gradient);
    optimizer.apply(gradients);
    average?.update(optimizer.iterations);
    for (const gradient of gradients.values()) gradient.dispose();
    if (x.owned) x.tensor.dispose();
    return finish(logits, loss, labels);
  };

  return {
    get iterations() {
      return optimizer.iterations;
    },
    step: (images, labels, targets) =>
      explainTensorFlowError(() => step(images, labels, targets), labels.length),
    setLearningRate: (learningRate) => {
      optimizer.learningRate = learningRate;
    },
    withAverage: (work) => (average === undefined ? work() : average.within(work)),
    state: () => {
      const state: TensorStates = new Map([...optimizer.state(), ...(average?.state() ?? [])]);
      for (const variable of variables) {
        state.set(`weights/${variable.originalName}`, {
          shape: shapeOf(variable),
          values: floatsOf(variable.read()),
        });
      }
      return state;
    },
    restore: (state) => {
      const values = variables.map((v) => stateOf(state, `weights/${v.originalName}`, shapeOf(v)).values);
      average?.restore(state);
      optimizer.restore(state);
      writeAll(engine, variables, values);
    },
    dispose: () => {
      optimizer.dispose();
      average?.dispose();
    },
  };
}

/** The key of each layer's dropout masks, made once. */
function createDropoutKeys(seed: TrainerOptions['seed']): (layer: string) => number {
  const keys = new Map<string, number>();
  return (layer) => {
    const known = keys.get(layer);
    if (known !== undefined) return known;
    const key = createRandom(seed, 'dropout', layer).uint32() | 0;
    keys.set(layer, key);
    return key;
  };
}

/** Weights and moving statistics of the layers that are not frozen. */
function trainedVariables(model: LayersModel): LayerVariable[] {
  return model.layers.filter((layer) => layer.trainable).flatMap((layer) => layer.weights);
}

function writeAll(
  { tf }: Engine,
  variables: readonly LayerVariable[],
  values: readonly Float32Array[],
): void {
  for (const [i, variable] of variables.entries()) {
    const tensor = tf.tensor(values[i] ?? [], shapeOf(variable));
    variable.write(tensor);
    tensor.dispose();
  }
}

function averageOf(
  engine: Engine,
  variables: readonly LayerVariable[],
  decay: number,
): WeightAverage | undefined {
  return decay === 0 ? undefined : createWeightAverage(engine, variables, decay);
}

function shapeOf(variable: LayerVariable): number[] {
  return variable.shape.map((side) => side ?? -1);
}

function asBatch(
  engine: Engine,
  model: LayersModel,
  images: Float32Array | Tensor4D,
  count: number,
): { tensor: Tensor; owned: boolean } {
  const shape = [count, ...(model.inputs[0]?.shape.slice(1) ?? [])].map((side) => side ?? -1);
  const size = shape.reduce((product, side) => product * side, 1);
  const received =
    images instanceof Float32Array ? `${images.length} numbers` : `[${images.shape.join(', ')}]`;
  const fits =
    images instanceof Float32Array ? images.length === size : fitsModel(model, images.shape, shape);
  if (!fits || count === 0) {
    throw new FermentError(
      'BAD_ARRAY',
      `A batch with ${count} labels needs images of the shape [${shape.join(', ')}]. Received: ${received}.`,
    );
  }
  if (!(images instanceof Float32Array)) return { tensor: images, owned: false };
  return { tensor: engine.tf.tensor(images, shape), owned: true };
}

/** Height and width are free unless a Flatten ties the layers after it to one size. */
function fitsModel(model: LayersModel, shape: readonly number[], expected: readonly number[]): boolean {
  if (shape.join() === expected.join()) return true;
  const isTied = model.layers.some((layer) => layer.getClassName() === 'Flatten');
  const sameRank = shape.length === expected.length;
  return !isTied && sameRank && shape[0] === expected[0] && shape.at(-1) === expected.at(-1);
}

interface Loss {
  readonly losses: Tensor;
  /** For the logits, of the mean loss. */
  readonly gradient: Tensor;
  readonly weights: Float32Array<ArrayBuffer>;
}

function lossOf(
  engine: Engine,
  logits: Tensor,
  rows: Float32Array,
  weights: Float32Array<ArrayBuffer>,
): Loss {
  const { tf, native } = engine;
  const [count = 0, classes = 0] = logits.shape;
  const targets = tf.tensor(rows, [count, classes]);
  const { losses, gradient } = softmaxCrossEntropy(engine, logits, targets);
  const factors = tf.tensor(
    weights.map((weight) => weight / count),
    [count, 1],
  );
  const scaled = native.one('Mul', [FLOAT], [gradient, factors]);
  tf.dispose([targets, gradient, factors]);
  return { losses, gradient: scaled, weights };
}

/** The factor of each sample. */
function classWeightsOf(
  labels: ArrayLike<number>,
  { classWeights }: TrainerOptions,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: labels.length }, (_, i) => classWeights?.[labels[i] ?? 0] ?? 1);
}

function checkAnswers(labels: ArrayLike<number>, targets: Float32Array | undefined, classes: number): void {
  const count = labels.length;
  if (targets !== undefined && targets.length !== count * classes) {
    throw new FermentError(
      'BAD_ARRAY',
      `Targets of ${count} images must be [${count}, ${classes}]. Received: ${targets.length} numbers.`,
    );
  }
  for (let i = 0; i < count; i++) {
    const label = labels[i] ?? -1;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new FermentError(
      'BAD_ARRAY',
      `Labels must be integers from 0 to ${classes - 1}. Received: ${label} at position ${i}.`,
    );
  }
}

/** Reads the results last, when a GPU has had time to work. */
function finish(logits: Tensor, { losses, weights }: Loss, labels: ArrayLike<number>): StepResult {
  const scores = logits.dataSync();
  const perSample = losses.dataSync();
  const classes = logits.shape[1] ?? 0;
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    loss += (perSample[i] ?? 0) * (weights[i] ?? 0);
    if (argMax(scores, i * classes, classes) === labels[i]) correct++;
  }
  logits.dispose();
  losses.dispose();
  return { loss: loss / labels.length, correct };
}

function argMax(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) {
    if ((values[start + i] ?? 0) > (values[start + best] ?? 0)) best = i;
  }
  return best;
}
