import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliProject } from '../support/cli-project.ts';
import { findDvc, NO_DVC } from '../support/dvc.ts';
import { dvcProject } from '../support/dvc-project.ts';

const program = findDvc();
const withDvc = program === undefined ? describe.skip : describe;

const files = {
  '.dvcignore': '*.log\n!keep.log\nlogs/\ntmp\n!tmp/\n',
  '.gitignore': '*.txt\n',
  'dvc.yaml': 'stages: {s: {cmd: ls data below/x, deps: [data, below/x]}}\n',
  'below/.dvcignore': 'x/*.tmp\n/y\n',
  'below/x/a.tmp': '1',
  'below/x/y': '1',
  'data/a.txt': '1',
  'data/x.log': '1',
  'data/keep.log': '1',
  'data/sub/deep/y.log': '1',
  'data/sub/keep.log': '1',
  'data/logs/keep.log': '1',
  'data/tmp/in-taken-back': '1',
};
const DATA = Object.keys(files).filter((path) => /^(data|below\/x)\//.test(path));

/** Git ignores some of these, which must not matter; DVC ignores the others. */
const CONTENT = ['below/x/y', 'data/a.txt', 'data/keep.log', 'data/sub/keep.log'];

withDvc(program === undefined ? `.dvcignore (${NO_DVC})` : '.dvcignore', () => {
  it('the same edits in folders make a stage stale as with DVC: those of what is not ignored', async () => {
    const project = dvcProject(program ?? '', files);
    const p = cliProject({}, project.root);
    project.dvc('repro');
    await p.ferment('import-dvc');
    const isStale = async (): Promise<readonly boolean[]> => [
      project.dvc('status').includes('changed deps'),
      !(await p.ferment('status', '--exit-code')).startsWith('exit 0'),
    ];
    expect(await isStale()).toEqual([false, false]);
    for (const path of DATA.filter((one) => !CONTENT.includes(one))) appendFileSync(join(p.root, path), 'x');
    p.write('data/logs/new', '');
    p.write('data/sub/new.log', '');
    expect(await isStale()).toEqual([false, false]);
    for (const path of CONTENT) {
      const before = p.read(path);
      appendFileSync(join(p.root, path), 'x');
      expect([path, ...(await isStale())]).toEqual([path, true, true]);
      p.write(path, before);
    }
    expect(await isStale()).toEqual([false, false]);
  });
});
