import { FLOAT, type Tensor } from '../native.ts';
import { type Gradients, type Pass, present, type RunGraph, type RunStep, type Weight } from './step.ts';

/** A finished forward pass that a backward pass can start from. */
export interface Tape {
  readonly output: Tensor;
  readonly values: (Tensor | undefined)[];
  readonly saved: (readonly Tensor[])[];
  readonly plan: GradientPlan;
}

/** What the backward pass of a graph needs: known before anything runs. */
export interface GradientPlan {
  /** Steps through which a gradient flows: they have trained weights, or a step before them has. */
  readonly differentiated: readonly boolean[];
  /** Step outputs that some backward pass reads. */
  readonly kept: readonly boolean[];
  /** The last step that reads each output in the forward pass. */
  readonly lastUse: readonly number[];
}

/** Decides what is differentiated and what is kept. Everything before the first trained weight runs as in inference. */
export function planGradients(graph: RunGraph): GradientPlan {
  const { steps } = graph;
  const differentiated: boolean[] = [];
  const kept = steps.map(() => false);
  const lastUse = steps.map((_, i) => i);
  for (const [i, step] of steps.entries()) {
    differentiated[i] = step.weights.length > 0 || step.inputs.some((input) => differentiated[input]);
    for (const input of step.inputs) {
      lastUse[input] = i;
      if (differentiated[i] && step.keepsInputs) kept[input] = true;
    }
    if (differentiated[i] && step.keepsOutput) kept[i] = true;
  }
  lastUse[graph.output] = steps.length;
  return { differentiated, kept, lastUse };
}

/**
 * Runs the graph on `x` `[n, h, w, c]` and gives the outputs of the steps in `wanted`, which the caller disposes.
 * Everything else is released at its last use; `x` is the caller's.
 */
export function runInference(graph: RunGraph, pass: Pass, x: Tensor, wanted: readonly number[]): Tensor[] {
  const { lastUse } = planGradients(graph);
  const values: (Tensor | undefined)[] = [x];
  for (const [i, step] of graph.steps.entries()) {
    if (i === 0) continue;
    const { output, saved = [] } = step.forward(pass, inputsOf(step, values));
    for (const tensor of saved) tensor.dispose();
    values[i] = output;
    release(step, values, (input) => lastUse[input] === i && !wanted.includes(input));
  }
  return wanted.map((index) => present(values[index]));
}

/**
 * Runs the graph on `x` and keeps what the backward pass needs. The tape must go to `runBackward`, which releases it.
 */
export function runForward(graph: RunGraph, plan: GradientPlan, pass: Pass, x: Tensor): Tape {
  const values: (Tensor | undefined)[] = [x];
  const saved: (readonly Tensor[])[] = [[]];
  for (const [i, step] of graph.steps.entries()) {
    if (i === 0) continue;
    const result = step.forward(pass, inputsOf(step, values));
    values[i] = result.output;
    saved[i] = result.saved ?? [];
    release(step, values, (input) => plan.lastUse[input] === i && !plan.kept[input]);
  }
  return { output: present(values[graph.output]), values, saved, plan };
}

/**
 * From the gradient for the output (consumed) to the gradients of the trained weights, which the caller disposes.
 * Activations are released as soon as the last backward pass that reads them is done.
 */
export function runBackward(graph: RunGraph, pass: Pass, tape: Tape, dOutput: Tensor): Map<Weight, Tensor> {
  const { differentiated } = tape.plan;
  const gradients = new Map<Weight, Tensor>();
  const upstream: (Tensor | undefined)[] = [];
  upstream[graph.output] = dOutput;
  for (let i = graph.steps.length - 1; i > 0; i--) {
    const step = graph.steps[i];
    const dy = upstream[i];
    if (step !== undefined && dy !== undefined) {
      const wants = step.inputs.map((input) => differentiated[input] ?? false);
      const result = step.backward(pass, {
        inputs: step.inputs.map((input) => tape.values[input]),
        output: tape.values[i],
        saved: tape.saved[i] ?? [],
        dy,
        wants,
      });
      dy.dispose();
      collect(pass, step, result, upstream, gradients);
    }
    disposeStep(tape, i);
  }
  return gradients;
}

function collect(
  pass: Pass,
  step: RunStep,
  result: Gradients,
  upstream: (Tensor | undefined)[],
  gradients: Map<Weight, Tensor>,
): void {
  for (const [k, input] of step.inputs.entries()) {
    const dx = result.inputs[k];
    if (dx === undefined) continue;
    const before = upstream[input];
    upstream[input] = before === undefined ? dx : addInto(pass, before, dx);
  }
  for (const [k, weight] of step.weights.entries()) gradients.set(weight, present(result.weights[k]));
}

function addInto({ engine }: Pass, a: Tensor, b: Tensor): Tensor {
  const sum = engine.native.one('AddV2', [FLOAT], [a, b]);
  a.dispose();
  b.dispose();
  return sum;
}

function inputsOf(step: RunStep, values: readonly (Tensor | undefined)[]): Tensor[] {
  return step.inputs.map((input) => present(values[input]));
}

/** Lets go of inputs whose last use this was; the model's input (index 0) is the caller's. */
function release(step: RunStep, values: (Tensor | undefined)[], isOver: (input: number) => boolean): void {
  for (const input of step.inputs) {
    if (input === 0 || !isOver(input)) continue;
    values[input]?.dispose();
    values[input] = undefined;
  }
}

function disposeStep(tape: Tape, i: number): void {
  tape.values[i]?.dispose();
  tape.values[i] = undefined;
  for (const tensor of tape.saved[i] ?? []) tensor.dispose();
  tape.saved[i] = [];
}
