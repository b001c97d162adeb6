import type { Graph, RunStep, Step } from '../step.ts';

/** Steps that one kernel does: `members` in their order, the last of which gives the output. */
export interface Fusion {
  readonly members: readonly number[];
  /** Steps of the old graph whose outputs the kernel reads. */
  readonly inputs: readonly number[];
  /** The step in their place; `inputs` are those above as indices of the new graph. */
  readonly build: (inputs: readonly number[]) => RunStep;
}

/** A step and its index. */
export interface Cursor {
  readonly index: number;
  readonly step: Step;
}

/** From a step to the one that alone reads it. */
export type Next = (from: Cursor) => Cursor | undefined;

/** From a step to the only one that reads it; the model's output has a reader outside. */
export function soleReaders({ steps, output }: Graph): Next {
  const readers = steps.map((): number[] => []);
  for (const [index, { inputs }] of steps.entries()) for (const input of inputs) readers[input]?.push(index);
  return (from) => {
    const [index = -1, ...others] = readers[from.index] ?? [];
    const step = steps[index];
    return step === undefined || others.length > 0 || from.index === output ? undefined : { index, step };
  };
}
