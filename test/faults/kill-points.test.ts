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
import { SCENARIOS, type Scenario } from './support/scenarios.ts';

const library = faultLibrary();

const shelf = temporaryFolder(afterAll);

function copyTo(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

describe.skipIf(library === undefined)('kill -9 at every change of a file that a command makes', () => {
  for (const [i, scenario] of SCENARIOS.entries()) {
    it(`${scenario.title}: afterwards a run gives what an undisturbed one gives, and nothing is lost`, {
      timeout: 3_600_000,
    }, async () => {
      if (library === undefined) return;
      const origin = join(shelf, `origin-${i}`);
      mkdirSync(origin);
      writePipeline(origin);
      await scenario.prepare(origin);
      const good = join(shelf, `good-${i}`);
      copyTo(origin, good);
      const changes = await countChanges(good, scenario.args, library);
      await repro(good);
      const expected = snapshot(good);
      const failures: string[] = [];
      for (const at of pointsOf(changes)) {
        const victim = join(shelf, `victim-${i}-${at}`);
        copyTo(origin, victim);
        await checkKill(victim, scenario, { at, expected, library }).catch((error: unknown) => {
          failures.push(error instanceof Error ? error.message : String(error));
        });
        rmSync(victim, { recursive: true });
      }
      // All of them at once: one hole shows at several neighbouring points.
      expect(failures).toEqual([]);
    });
  }
});

interface Kill {
  readonly at: number;
  readonly expected: Readonly<Record<string, string>>;
  readonly library: string;
}

async function checkKill(
  root: string,
  { args, state, earlier, mend }: Scenario,
  { at, expected, library: shim }: Kill,
): Promise<void> {
  const what = `killed at change ${at} of 'ferment ${args.join(' ')}'`;
  const killed = await ferment(root, args, { library: shim, at, kind: 'kill' });
  // Parallel stages do not make the same number of changes each time: the last points may come too late.
  if (killed.signal !== 'SIGKILL') expect(killed.exit, `${what}: ${killed.shown}`).toBe(0);
  const next = await ferment(root, mend === 'again' ? args : ['repro', '-j3']);
  expect(next.exit, `${what}; the next run: ${next.shown}`).toBe(0);
  expect(snapshot(root), what).toEqual(expected);
  expect(leftovers(root), what).toEqual([]);
  expect(await notFresh(root, ['unchanged']), `${what}; after the run that brings into order`).toEqual({});
  for (const one of [...earlier, state]) {
    setParams(root, one);
    for (const out of OUTS) rmSync(join(root, out), { recursive: true, force: true });
    // What a persist stage has at hand is an input that no fingerprint knows: it is never restored.
    const { history: _, ...others } = await notFresh(root, ['unchanged', 'restored']);
    expect(others, `${what}; back to state ${one}, without outs`).toEqual({});
  }
}
