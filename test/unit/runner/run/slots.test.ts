import { expect, it } from 'vitest';
import { Slots } from '../../../../src/runner/run/slots.ts';

const ask = (cpus: number, gpus = 0, memoryBytes?: number) => ({ cpus, gpus, memoryBytes });

it('each stage that asks for a GPU gets its own; the next waits until one is given back', () => {
  const slots = new Slots(8, () => ['0', '3']);
  const first = slots.take(ask(1, 1));
  const second = slots.take(ask(1, 1));
  expect([first?.gpus, second?.gpus]).toEqual([['0'], ['3']]);
  expect(slots.take(ask(1, 1))).toBeUndefined();
  if (first !== undefined) slots.give(first);
  expect(slots.take(ask(1, 9))).toBeUndefined();
  if (second !== undefined) slots.give(second);
  expect(slots.take(ask(1, 9))?.gpus).toEqual(['0', '3']);
});

it('without a GPU a stage that asks for one needs a processor only; GPUs are counted when somebody asks', () => {
  let counted = 0;
  const slots = new Slots(2, () => {
    counted++;
    return [];
  });
  expect(slots.take(ask(1))?.gpus).toEqual([]);
  expect(counted).toBe(0);
  expect(slots.take(ask(1, 1))?.gpus).toEqual([]);
  expect(slots.take(ask(1, 1))).toBeUndefined();
  expect(counted).toBe(1);
});

it('memory is a slot as well, and more than there is means all of it', () => {
  const slots = new Slots(8, () => [], 1000);
  const big = slots.take(ask(1, 0, 5000));
  expect(big?.memoryBytes).toBe(1000);
  expect(slots.take(ask(1, 0, 1))).toBeUndefined();
  expect(slots.take(ask(1))).toBeDefined();
});
