import { createRandom } from '../kit/index.ts';
import { asBatch, checkAnswers } from './batch.ts';
import { classWeightsOf, finish, lossOf, type StepResult } from './batch-loss.ts';
import { explainTensorFlowError } from './errors.ts';
import { compileForTraining } from './graph/fusion/fuse.ts';
import { planGradients, runBackward, runForward } from './graph/run.ts';
import type { Pass } from './graph/step.ts';
import type { Engine } from './load.ts';
import type { LayersModel, LayerVariable, Tensor4D } from './native.ts';
import { smoothedTargets } from './ops/softmax-cross-entropy.ts';
import { createOptimizer, type OptimizerOptions } from './optimizer.ts';
import { floatsOf, stateOf, type TensorState, type TensorStates } from './tensor-states.ts';
import { createWeightAverage, type WeightAverage } from './weight-average.ts';

export interface TrainerOptions {
  readonly optimizer: OptimizerOptions;
  /** Share of the target that is spread evenly over the classes; 0 by default. */
  readonly labelSmoothing?: number;
  /** One factor per class for loss and gradient of its samples; the mean is over samples, not over factors. */
  readonly classWeights?: readonly number[] | undefined;
  /** Decay of a running mean of the weights (see `createWeightAverage`), below 1; 0, the default, keeps none. */
  readonly averageDecay?: number;
  /** Decides the dropout masks, together with the number of the step. */
  readonly seed: number | string;
}

/** Trains one model, step by step. The model's own weights are always the newest. */
export interface Trainer {
  /** Steps so far. */
  readonly iterations: number;
  /**
   * One optimizer step on a batch: `images` normalised, `[n, 48, 48, 3]` row-major or a tensor (which stays the
   * caller's), `labels` n class numbers. A tensor may hold images of another size than the model's input where the
   * model has no Flatten, which ties it to one. `targets`, rows `[n, classes]` that sum to 1, are what the loss
   * compares with instead of the (smoothed) labels, which still decide class weights and what counts as correct. Throws
   * BAD_ARRAY when they do not fit each other or the model, OUT_OF_MEMORY when the device has too little.
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
 * Large products are in the engine's precision (`withPrecision`).
 */
export function createTrainer(engine: Engine, model: LayersModel, options: TrainerOptions): Trainer {
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
    const loss = lossOf(engine, logits, rows, classWeightsOf(labels, options.classWeights));
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
