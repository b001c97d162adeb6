import { expect, it } from 'vitest';
import { checkout, loadProject } from '../../../../src/runner/index.ts';
import { gitProject } from '../../../support/git-project.ts';

const MAKE = 'mkdir -p out/sub && cp in out/a && echo made > out/made.log && cp in out/sub/b';
const files = {
  'pipeline.yaml': `stages: {s: {cmd: ${MAKE}, deps: [in], outs: [out]}}\n`,
  '.dvcignore': '*.log\n',
  in: 'one\n',
};

it('restoring an out leaves the files in it that .dvcignore names, and stores none of them', async () => {
  const p = gitProject(files);
  await p.repro();
  p.commitAll('one');
  p.write('in', 'two\n');
  await p.repro();
  p.write('out/sub/mine.log', 'notes');
  p.write('out/made.log', 'edited');
  p.git('checkout', '-q', '.');
  expect((await p.repro()).outcomes).toEqual({ s: 'restored' });
  expect(['a', 'sub/b', 'made.log', 'sub/mine.log'].map((path) => p.read(`out/${path}`))).toEqual([
    'one\n',
    'one\n',
    'edited',
    'notes',
  ]);
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
  p.remove('out');
  expect((await checkout(loadProject({ cwd: p.root }))).changed).toEqual([{ path: 'out', change: 'A' }]);
  expect([p.has('out/a'), p.has('out/made.log')]).toEqual([true, false]);
});

it('where a file of the restored out is in the way of what is ignored, nothing is touched', async () => {
  const p = gitProject(files);
  await p.repro();
  p.remove('out/a');
  p.write('out/a/mine.log', 'notes');
  const { summary } = await p.repro();
  expect(summary.stages.get('s')?.error).toMatchObject({
    code: 'BAD_PATH',
    message: expect.stringContaining('out holds a/mine.log, which .dvcignore names'),
  });
  expect(p.read('out/a/mine.log')).toBe('notes');
});

it('an out of another commit that holds ignored files is not removed', async () => {
  const p = gitProject({ ...files, 'pipeline.yaml': 'stages: {t: {cmd: cp in t, deps: [in], outs: [t]}}\n' });
  await p.repro();
  p.commitAll('without it');
  p.write('pipeline.yaml', files['pipeline.yaml']);
  await p.repro();
  p.commitAll('with it');
  p.git('checkout', '-q', 'HEAD~1');
  p.remove('t');
  const result = () => checkout(loadProject({ cwd: p.root }));
  expect([(await result()).changed, p.read('out/made.log')]).toEqual([
    [{ path: 't', change: 'A' }],
    'made\n',
  ]);
  p.remove('out/made.log');
  expect([(await result()).changed, p.has('out')]).toEqual([[{ path: 'out', change: 'D' }], false]);
});

it('a stored out with files that are ignored by now is made anew instead of restored again and again', async () => {
  const p = gitProject({ ...files, '.dvcignore': '' });
  await p.repro();
  p.write('.dvcignore', '*.log\n');
  expect((await p.repro()).outcomes).toEqual({ s: 'ran' });
  expect((await p.repro()).outcomes).toEqual({ s: 'unchanged' });
});
