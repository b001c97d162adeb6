import type { FusedActivation } from '../../ops/norm-activation.ts';
import type { Step } from '../step.ts';
import type { Cursor, Fusion, Next } from './fusion.ts';
import { normActivationStep } from './norm-activation-step.ts';
import { activationOf, trainedNorm } from './patterns.ts';

/** A trained batch norm with the ReLU that alone reads it, between them perhaps a sum that alone reads the norm. */
export function findNorm(start: Cursor, next: Next): Fusion | undefined {
  const norm = trainedNorm(start.step);
  if (norm === undefined) return undefined;
  const { name, inputs } = start.step;
  const build = (activation: FusedActivation) => (places: readonly number[]) =>
    normActivationStep({ name, inputs: places, norm, activation });
  const reader = next(start);
  const own = reader && activationOf(reader.step);
  if (reader && own) return { members: [start.index, reader.index], inputs, build: build(own) };
  const other = reader && otherPart(reader.step, start.index);
  const last = reader && other !== undefined ? next(reader) : undefined;
  const activation = last && activationOf(last.step);
  if (reader && other !== undefined && last && activation) {
    const members = [start.index, reader.index, last.index];
    return { members, inputs: [...inputs, other], build: build(activation) };
  }
  return { members: [start.index], inputs, build: build('none') };
}

/** What a sum of two adds to the step `own`. */
function otherPart({ form, inputs }: Step, own: number): number | undefined {
  if (form.kind !== 'plain' || form.operation !== 'AddV2') return undefined;
  return inputs.find((input) => input !== own);
}
