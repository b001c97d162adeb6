import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { repository } from '../../../support/project.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const program = `
import { createHash } from 'node:crypto';
import { matrixOf, nearestNeighbours, tsne } from './src/fer/embedding/index.ts';

const x = matrixOf(Float64Array.from({ length: 1000 * 8 }, (_, i) => Math.sin(i * i)), 1000, 8);
const digest = (array) => createHash('sha256').update(array).digest('hex');
for (const threads of [1, 3]) {
  const near = nearestNeighbours(x, 20, { search: 'approximate', seed: 1, threads });
  const maps = [2, 3].map((dimensions) => tsne(x, {
    seed: 1, perplexity: 10, iterations: 25, earlyExaggeration: 12, exaggerationIterations: 12, dimensions, threads,
  }).map.data);
  console.log(digest(near.distances), ...maps.map(digest));
}
`;

test('in a program bundled into one file, as stages are, threads share the work too', async () => {
  const outfile = join(temporaryFolder(), 'bundle.mjs');
  const entry = { contents: program, resolveDir: repository, loader: 'ts' } as const;
  await build({
    stdin: entry,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    minifyWhitespace: true,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const [one, three] = stdout.trim().split('\n');
  expect(one).toMatch(/^[0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{64}$/);
  expect(three).toBe(one);
});
