import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { countChanges, ferment } from './support/command.ts';
import { faultLibrary } from './support/fault-library.ts';
import { notFresh, repro } from './support/outcomes.ts';
import { leftovers, OUTS, setParams, snapshot, writePipeline } from './support/pipeline.ts';
import { pointsOf } from './support/points.ts';

const library = faultLibrary();

/** A command that changes files, and how the project comes to where it begins. */
interface Scenario {
  readonly title: string;
  readonly args: readonly string[];
  readonly prepare: (root: string) => Promise<void>;
  /** The state of the inputs with which the project is brought into order after the kill. */
  readonly state: number;
  /** Earlier states whose results must not be lost. */
  readonly earlier: readonly number[];
}

const reproOf = async (root: string, state: number): Promise<void> => {
  setParams(root, state);
  await repro(root);
};

const scenarios: readonly Scenario[] = [
  { title: 'repro, the first one', args: ['repro', '-j3'], prepare: async () => {}, state: 1, earlier: [] },
  {
    title: 'repro after an edit',
    args: ['repro', '-j3'],
    prepare: async (root) => {
      await reproOf(root, 1);
      setParams(root, 2);
    },
    state: 2,
    earlier: [1],
  },
  {
    title: 'repro that restores an earlier state',
    args: ['repro', '-j3'],
    prepare: async (root) => {
      await reproOf(root, 1);
      await reproOf(root, 2);
      setParams(root, 1);
    },
    state: 1,
    earlier: [2, 1],
  },
  {
    title: 'repro --force',
    args: ['repro', '-f', '-j3'],
    prepare: (root) => reproOf(root, 1),
    state: 1,
    earlier: [],
  },
  {
    title: 'checkout of outs that were removed',
    args: ['checkout'],
    prepare: async (root) => {
      await reproOf(root, 1);
      for (const out of OUTS) rmSync(join(root, out), { recursive: true });
    },
    state: 1,
    earlier: [],
  },
];

const shelf = temporaryFolder(afterAll);

function copyTo(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

describe.skipIf(library === undefined)('kill -9 at every change of a file that a command makes', () => {
  for (const [i, { title, args, prepare, state, earlier }] of scenarios.entries()) {
    it(`${title}: afterwards a run gives what an undisturbed one gives, and nothing is lost`, {
      timeout: 3_600_000,
    }, async () => {
      if (library === undefined) return;
      const origin = join(shelf, `origin-${i}`);
      mkdirSync(origin);
      writePipeline(origin);
      await prepare(origin);
      const good = join(shelf, `good-${i}`);
      copyTo(origin, good);
      const changes = await countChanges(good, args, library);
      await repro(good);
      const expected = snapshot(good);
      for (const at of pointsOf(changes)) {
        const victim = join(shelf, `victim-${i}-${at}`);
        copyTo(origin, victim);
        await checkKill(victim, { args, at, state, earlier, expected, library });
        rmSync(victim, { recursive: true });
      }
    });
  }
});

interface Kill {
  readonly args: readonly string[];
  readonly at: number;
  readonly state: number;
  readonly earlier: readonly number[];
  readonly expected: Readonly<Record<string, string>>;
  readonly library: string;
}

async function checkKill(root: string, { args, at, state, earlier, expected, library: shim }: Kill) {
  const what = `killed at change ${at} of 'ferment ${args.join(' ')}'`;
  const killed = await ferment(root, args, { library: shim, at, kind: 'kill' });
  // Parallel stages do not make the same number of changes each time: the last points may come too late.
  if (killed.signal !== 'SIGKILL') expect(killed.exit, `${what}: ${killed.shown}`).toBe(0);
  const next = await ferment(root, ['repro', '-j3', '--json']);
  expect(next.exit, `${what}; the next run: ${next.shown}`).toBe(0);
  expect(snapshot(root), what).toEqual(expected);
  expect(leftovers(root), what).toEqual([]);
  expect(await notFresh(root, ['unchanged']), `${what}; after the run that brings into order`).toEqual({});
  for (const one of earlier) {
    setParams(root, one);
    // What a persist stage has at hand is an input that no fingerprint knows: it is never restored.
    const { history: _, ...others } = await notFresh(root, ['unchanged', 'restored']);
    expect(others, `${what}; back to state ${one}`).toEqual({});
  }
  setParams(root, state);
}
