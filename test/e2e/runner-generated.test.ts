import { expect, it } from 'vitest';
import { loadProject, status } from '../../src/runner/index.ts';
import { runnerProject } from '../support/runner-project.ts';

it('a program that another stage writes is waited for, told as missing, and foreseen', async () => {
  const p = runnerProject({
    'pipeline.yaml': `
stages:
  use: {module: gen/m.mjs, outs: [out]}
  make: {cmd: mkdir -p gen && cp src.txt gen/m.mjs, deps: [src.txt], outs: [gen]}
`,
    'package.json': '{}',
    'src.txt': "import { writeFileSync } from 'node:fs';\nwriteFileSync('out', 'one');\n",
  });
  const stale = async () => Object.fromEntries((await status(loadProject({ cwd: p.root }))).stale);
  const ran = { make: 'ran', use: 'ran' };
  expect(Object.keys(await stale())).toEqual(['make', 'use']);
  expect((await p.repro({ dry: true })).outcomes).toEqual(ran);
  expect((await p.repro()).outcomes).toEqual(ran);
  expect(p.read('out')).toBe('one');

  p.write('src.txt', p.read('src.txt').replace('one', 'two'));
  expect((await p.repro({ dry: true })).outcomes).toEqual(ran);
  expect((await p.repro()).outcomes).toEqual(ran);
  expect(p.read('out')).toBe('two');
  expect((await p.repro()).outcomes).toEqual({ make: 'unchanged', use: 'unchanged' });

  p.remove('gen');
  expect(await stale()).toMatchObject({ use: [{ kind: 'code', name: 'gen/m.mjs', change: 'deleted' }] });
  expect((await p.repro({ dry: true })).outcomes).toEqual({ make: 'restored', use: 'ran' });
  expect((await p.repro()).outcomes).toEqual({ make: 'restored', use: 'unchanged' });
});
