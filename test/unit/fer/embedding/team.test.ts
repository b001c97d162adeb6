import { expect, test } from 'vitest';
import { createTeam, sharedFloats, sharedIntegers } from '../../../../src/fer/embedding/team.ts';

interface Shared {
  readonly out: Float64Array;
  readonly bad: number;
}

const task = { entry: start, kernels: { square: (v: number) => v * v }, helpers: [addOne] };

function start({ out, bad }: Shared, { square }: { readonly square: (v: number) => number }) {
  return (piece: number): void => {
    if (piece === bad) throw new Error('bad piece');
    out[piece] = addOne(square(piece));
  };
}

function addOne(value: number): number {
  return value + 1;
}

test.each([1, 2, 5])('with %i threads every piece is done once, in run after run', (threads) => {
  const out = sharedFloats(1000);
  const team = createTeam(task, { out, bad: -1 }, threads);
  for (const count of [1000, 1, 500, 0, 1000]) {
    out.fill(0);
    team.run(count);
    expect([...out.subarray(0, count)]).toEqual(Array.from({ length: count }, (_, i) => i * i + 1));
    expect(out.subarray(count).every((v) => v === 0)).toBe(true);
  }
  team.close();
});

test('other threads do their share', () => {
  // Each thread takes a number, and each piece long enough for the others to start.
  const entry = ({ out, started }: { readonly out: Float64Array; readonly started: Int32Array }) => {
    const me = Atomics.add(started, 0, 1);
    return (piece: number): void => {
      const end = Date.now() + 20;
      while (Date.now() < end);
      out[piece] = me;
    };
  };
  const out = sharedFloats(50);
  const team = createTeam({ entry, kernels: {}, helpers: [] }, { out, started: sharedIntegers(1) }, 2);
  team.run(50);
  team.close();
  expect(new Set(out)).toEqual(new Set([0, 1]));
});

test.each([1, 3])('a piece that fails is an error of the run, with %i threads', (threads) => {
  const team = createTeam(task, { out: sharedFloats(64), bad: 40 }, threads);
  expect(() => team.run(64)).toThrow(/bad piece|A thread of the team failed/);
  team.close();
});

test('more pieces than a ticket can count are refused', () => {
  const team = createTeam(task, { out: sharedFloats(1), bad: -1 }, 1);
  expect(() => team.run(4096)).toThrow('4096 pieces');
});
