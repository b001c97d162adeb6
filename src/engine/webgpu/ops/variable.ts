import type { Operation } from '../operation.ts';

export const varHandle: Operation = ({ variables }) => [variables.create()];

/** Inputs: handle, value. */
export const assignVariable: Operation = ({ variables, input }) => {
  variables.set(input(0), input(1));
  return [];
};

/** The present value, which later changes leave alone. */
export const readVariable: Operation = ({ variables, input }) => [variables.get(input(0)).clone()];

export const destroyResource: Operation = ({ variables, input }) => {
  variables.delete(input(0));
  return [];
};
