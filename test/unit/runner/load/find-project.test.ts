import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProject, loadProject } from '../../../../src/runner/index.ts';
import { runnerProject } from '../../../support/runner-project.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const STAGE = 'stages: {a: {cmd: x}}\n';

/** Which folder, relative to all of them, is the project of another. */
function projectOf(folder: string, files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  writeFiles(root, files);
  const place = findProject(join(root, folder));
  return `${place.root.slice(root.length + 1)}/${place.file}`;
}

describe('the project of a sub-folder', () => {
  it('is the uppermost one that takes in its pipeline file, with the stages of all of them', () => {
    const root = temporaryFolder();
    writeFiles(root, {
      'all/pipeline.yaml': STAGE,
      'all/sub/dvc.yaml': STAGE,
      'all/sub/deep/pipeline.yaml': STAGE,
      'all/sub/deep/data/x': '',
    });
    for (const folder of ['all', 'all/sub', 'all/sub/deep', 'all/sub/deep/data']) {
      const project = loadProject({ cwd: join(root, folder) });
      expect(project.root).toBe(join(root, 'all'));
      expect(project.stages.map(({ name }) => name)).toEqual(['a', 'sub:a', 'sub/deep:a']);
    }
  });

  it.each([
    ['holds a .ferment', 'all/sub', { 'all/sub/.ferment/x': '' }],
    ['holds a .git', 'all/sub', { 'all/sub/.git/HEAD': '' }],
    ['lies in a folder with a .git', 'all/between/sub', { 'all/between/.git/HEAD': '' }],
    ['is ignored', 'all/sub', { 'all/.gitignore': '/sub\n' }],
    ['lies in an ignored folder', 'all/between/sub', { 'all/.gitignore': 'between/\n' }],
    ['has an ignored pipeline file', 'all/sub', { 'all/sub/.gitignore': 'pipeline.yaml\n' }],
    ['is hidden', 'all/.sub', {}],
    ['is of installed packages', 'all/node_modules/sub', {}],
  ])('is its own where the sub-folder %s', (_, folder, files) => {
    const all = { 'all/pipeline.yaml': STAGE, [`${folder}/pipeline.yaml`]: STAGE, ...files };
    expect(projectOf(folder, all)).toBe(`${folder}/pipeline.yaml`);
    expect(projectOf('all', all)).toBe('all/pipeline.yaml');
  });

  it('does not reach beyond the repository', () => {
    const files = {
      'all/pipeline.yaml': STAGE,
      'all/repo/.git/HEAD': '',
      'all/repo/sub/pipeline.yaml': STAGE,
    };
    expect(projectOf('all/repo/sub', files)).toBe('all/repo/sub/pipeline.yaml');
  });
});

it('a folder that was part of the project and became one of its own is told, while the lock has its stages', async () => {
  const p = runnerProject({
    'pipeline.yaml': 'stages: {top: {cmd: cp sub/out.txt top.txt, deps: [sub/out.txt], outs: [top.txt]}}\n',
    'sub/pipeline.yaml': 'stages: {low: {cmd: cp in.txt out.txt, deps: [in.txt], outs: [out.txt]}}\n',
    'sub/in.txt': '1\n',
    'other/pipeline.yaml': STAGE,
    'other/.git/HEAD': '',
  });
  expect(await p.repro()).toMatchObject({ outcomes: { 'sub:low': 'ran', top: 'ran' }, warnings: [] });
  p.write('sub/.ferment/x', '');
  p.write('sub/in.txt', '2\n');
  for (const _ of ['loaded', 'remembered']) {
    const { outcomes, warnings } = await p.repro();
    expect(outcomes).toEqual({ top: 'unchanged' });
    expect(warnings).toMatchInlineSnapshot(`
      [
        "sub is left out as a project of its own, for it holds .ferment, but pipeline.lock knows its stages, such as 'sub:low'. Remove sub/.ferment to take it in again, or the blocks of its stages from pipeline.lock.",
      ]
    `);
  }
  p.remove('sub/.ferment');
  expect(await p.repro()).toMatchObject({ outcomes: { 'sub:low': 'ran', top: 'ran' }, warnings: [] });
});
