import type { Weight } from './graph/step.ts';
import type { Engine } from './load.ts';
import { createResourceVariable, type ResourceVariable } from './ops/resource-variable.ts';
import { floatsOf, stateOf, type TensorState, type TensorStates } from './tensor-states.ts';

/** One trained weight, with what the optimizer keeps of it. */
export interface Slot {
  readonly weight: Weight;
  readonly value: ResourceVariable;
  /** Adam: first and second moment. SGD: velocity. */
  readonly moments: readonly ResourceVariable[];
  /** The buffer that the model's variable had when `value` last agreed with it. */
  seen: object;
}

export const MOMENTS = { adam: ['first-moment', 'second-moment'], sgd: ['velocity'] } as const;

/** Starts at the weight as it is, with `moments` tensors of zeros. */
export function createSlot(engine: Engine, weight: Weight, moments: number): Slot {
  const present = weight.variable.read();
  const zeros = engine.tf.zeros([...weight.shape]);
  const slot: Slot = {
    weight,
    value: createResourceVariable(engine, present),
    moments: Array.from({ length: moments }, () => createResourceVariable(engine, zeros)),
    seen: present.dataId,
  };
  zeros.dispose();
  return slot;
}

/** Takes up what was written to the model's variable since the last step. */
export function followModel(slot: Slot): void {
  const present = slot.weight.variable.read();
  if (present.dataId !== slot.seen) slot.value.assign(present);
}

export function writeToModel(slot: Slot): void {
  const moved = slot.value.read();
  slot.weight.variable.write(moved);
  slot.seen = slot.weight.variable.read().dataId;
  moved.dispose();
}

export function readState(
  slots: readonly Slot[],
  kind: keyof typeof MOMENTS,
  iterations: number,
): TensorStates {
  const state: TensorStates = new Map();
  state.set('optimizer/iterations', { shape: [1], values: Float32Array.of(iterations) });
  for (const { weight, moments } of slots) {
    for (const [k, name] of MOMENTS[kind].entries()) {
      const tensor = moments[k]?.read();
      if (tensor === undefined) continue;
      state.set(`optimizer/${name}/${weight.name}`, { shape: weight.shape, values: floatsOf(tensor) });
      tensor.dispose();
    }
  }
  return state;
}

/** Returns the number of steps. Throws BAD_WEIGHTS when the state does not fit. */
export function restoreState(
  engine: Engine,
  slots: readonly Slot[],
  kind: keyof typeof MOMENTS,
  state: ReadonlyMap<string, TensorState>,
): number {
  for (const { weight, moments } of slots) {
    for (const [k, name] of MOMENTS[kind].entries()) {
      const { values } = stateOf(state, `optimizer/${name}/${weight.name}`, weight.shape);
      const tensor = engine.tf.tensor(values, [...weight.shape]);
      moments[k]?.assign(tensor);
      tensor.dispose();
    }
  }
  return stateOf(state, 'optimizer/iterations', [1]).values[0] ?? 0;
}
