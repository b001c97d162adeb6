import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { augmentationBenches } from '../../bench/augmentation/benches.ts';
import { epochBench } from '../../bench/epoch/benches.ts';
import type { Tool } from '../../bench/runner/bench.ts';
import { firstStore, oneChanged, putBack, unchanged } from '../../bench/runner/files.ts';
import { runTimed } from '../../bench/runner/process.ts';
import { sit } from '../../bench/runner/sitting.ts';
import { coldBench, noOpBench } from '../../bench/runner/stages.ts';
import { type FoundTool, findFerment } from '../../bench/runner/tools.ts';
import { temporaryFolder } from '../support/temporary.ts';

const own = new Map<Tool, FoundTool>([['ferment', findFerment()]]);

test('a sitting has Ferment do the work, checks that it did, and says what it took', async () => {
  const said: string[] = [];
  const files = [firstStore, unchanged, oneChanged, putBack].map((bench) => bench(own, 100));
  for (const bench of [coldBench(own, 2), noOpBench(own, 2), ...files]) {
    const { results } = await sit(bench, { rounds: 1, say: (text) => said.push(text) });
    const [ours] = results;
    expect(ours).toMatchObject({ tool: 'ferment', rounds: [{ wallSeconds: expect.any(Number) }] });
    const [round] = ours?.rounds ?? [];
    expect(round?.cpuSeconds).toBeGreaterThan(0.01);
    expect(round?.peakBytes).toBeGreaterThan(20e6);
  }
  expect(said).toHaveLength(6);
});

test('a sitting of augmentation measures changed images, and refuses images that nobody changed', async () => {
  for (const bench of augmentationBenches(new Map(), 60, '0')) {
    const { results } = await sit(bench, { rounds: 1, say: () => {} });
    expect(results).toMatchObject([{ tool: 'ferment', rounds: [{ wallSeconds: expect.any(Number) }] }]);

    const [ours] = bench.contestants;
    const folder = temporaryFolder();
    await ours?.setUp(folder);
    copyFileSync(join(folder, 'images.npy'), join(folder, 'changed.npy'));
    await expect(ours?.check(folder, '{"wallSeconds":1}')).rejects.toThrow(
      /changed images by 0.00 gray levels, \d+\.\d\d were expected/,
    );
  }
});

test('a sitting of a whole epoch trains anew in every round, and has the bare step beside it', async () => {
  const bench = epochBench({ net: 'resnet', threads: 1, count: 32, seconds: '0' });
  const { results } = await sit(bench, { rounds: 2, say: () => {} });
  expect(results.map(({ tool }) => tool)).toEqual(['ferment', 'bare-step']);
  for (const { rounds } of results) {
    expect(rounds).toHaveLength(2);
    // An epoch that took up the checkpoint of the round before would have no step.
    for (const { wallSeconds } of rounds) expect(wallSeconds).toBeGreaterThan(0.02);
  }
});

test('a program that takes too long is ended, with what it started', () => {
  const timed = runTimed({ file: 'sh', args: ['-c', 'echo begun; sleep 60 & wait'] }, temporaryFolder(), 0.5);
  expect(timed).toMatchObject({ isCapped: true, output: 'begun\n' });
  expect(timed.wallSeconds).toBeLessThan(10);
});
