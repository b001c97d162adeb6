import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { ferment, startFerment } from './support/command.ts';
import { complaintAbout, notFresh, repro } from './support/outcomes.ts';
import { leftovers, OUTS, setParams, snapshot, writePipeline } from './support/pipeline.ts';

const RUNS = Number(process.env['FERMENT_FAULTS'] ?? 3);

const command = fc.constantFrom(
  ['repro'],
  ['repro', '-j3'],
  ['repro', 'model.txt'],
  ['repro', '-f', 'left'],
  ['checkout'],
  ['checkout', '-f', 'make'],
  ['commit', '-f'],
  ['gc', '-f'],
  ['fsck'],
  ['status', '--json'],
  ['why', 'join'],
  ['metrics', 'show'],
);

it('two and four commands at once, some of them killed: each ends in good order, and the next run is right', {
  timeout: 3_600_000,
}, async () => {
  const shelf = temporaryFolder();
  let trial = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          commands: fc.array(fc.record({ args: command, killAfterMs: fc.option(fc.nat(600)) }), {
            minLength: 2,
            maxLength: 4,
          }),
          state: fc.integer({ min: 1, max: 2 }),
          areOutsGone: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      async (rounds) => {
        const root = join(shelf, String(trial++));
        mkdirSync(root);
        writePipeline(root);
        await repro(root);
        for (const { commands, state, areOutsGone } of rounds) {
          setParams(root, state);
          if (areOutsGone) for (const out of OUTS) rmSync(join(root, out), { recursive: true, force: true });
          await runAtOnce(root, commands);
        }
        const state = rounds.at(-1)?.state ?? 1;
        const { exit, shown } = await ferment(root, ['repro', '-j3']);
        expect(exit, shown).toBe(0);
        expect(leftovers(root)).toEqual([]);
        // `commit -f` may have taken the outs of one state for those of the other: only a forced run is sure.
        expect((await ferment(root, ['repro', '-f', '-j3'])).exit).toBe(0);
        expect(snapshot(root)['result.txt']).toContain(`"n": ${state}, "m": ${state * 10}`);
        expect(await notFresh(root, ['unchanged'])).toEqual({});
        rmSync(root, { recursive: true });
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
});

async function runAtOnce(
  root: string,
  commands: readonly { readonly args: readonly string[]; readonly killAfterMs: number | null }[],
): Promise<void> {
  const running = commands.map(async ({ args, killAfterMs }) => {
    const { kill, ended } = startFerment(root, args);
    const timer = killAfterMs === null ? undefined : setTimeout(kill, killAfterMs);
    const end = await ended;
    clearTimeout(timer);
    if (end.signal !== 'SIGKILL') expect(complaintAbout(end), args.join(' ')).toBeUndefined();
  });
  await Promise.all(running);
}
