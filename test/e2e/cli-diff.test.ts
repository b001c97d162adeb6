import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { type CliProject, cliProject } from '../support/cli-project.ts';

async function committed(): Promise<CliProject> {
  const p = cliProject({
    'pipeline.yaml': `stages:
  split: {cmd: "mkdir out && cp in/* out", deps: [in], outs: [out]}
  sum: {cmd: "cat out/* > sum.txt", deps: [out], outs: [sum.txt]}
`,
    'in/a': 'first\n',
    'in/b': 'second\n',
    '.gitignore': '/.ferment\n/out\n',
  });
  await p.ferment('repro', '-j1');
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: p.root });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'one');
  return p;
}

it('diff says what differs between HEAD and the workspace, limited to targets where they are given', async () => {
  const p = await committed();
  expect(await p.ferment('diff')).toBe('exit 0\n! No dep and no out differs.');
  expect(await p.json(0, 'diff', '--json')).toBe(
    `${JSON.stringify({ added: [], deleted: [], modified: [], renamed: [], 'not in cache': [] }, null, 2)}\n`,
  );
  p.write('in/c', 'third\n');
  await p.ferment('repro', '-j1');
  expect(await p.ferment('diff')).toMatchInlineSnapshot(`
    "exit 0
    Added:
        in/c   6 B
        out/c  6 B

    Modified:
        in/      13 B → 19 B  2 → 3 files
        out/     13 B → 19 B  2 → 3 files
        sum.txt  13 B → 19 B

    files summary: 2 added, 1 modified, +18 B"
  `);
  expect(await p.ferment('diff', 'HEAD', '--md', '--targets', 'sum')).toMatchInlineSnapshot(`
    "exit 0
    | Status | Path | Size |
    | --- | --- | --- |
    | added | out/c | 6 B |
    | modified | out/ | 13 B → 19 B 2 → 3 files |
    | modified | sum.txt | 13 B → 19 B |"
  `);
  expect(await p.ferment('diff', '--targets', 'in')).toMatchInlineSnapshot(`
    "exit 0
    Added:
        in/c  6 B

    Modified:
        in/  13 B → 19 B  2 → 3 files

    files summary: 1 added, +6 B"
  `);
  expect(await p.ferment('diff', 'HEAD', 'HEAD')).toBe('exit 0\n! No dep and no out differs.');
});

it('diff refuses a target and a revision that do not exist', async () => {
  const p = await committed();
  expect(await p.ferment('diff', '--targets', 'nothing')).toMatchInlineSnapshot(`
    "exit 2
    ! error: There is no stage, dep or out 'nothing' on either side.
    Targets are stages, deps, outs, folders of them, and files in them."
  `);
  expect(await p.ferment('diff', 'nothing')).toMatchInlineSnapshot(`
    "exit 2
    ! error: Git knows no commit 'nothing'.
    git log --oneline lists commits; a branch, a tag or HEAD~1 will do too."
  `);
});

it('of a folder with many changed files it lists the first ones, with --all every one', async () => {
  const p = await committed();
  for (let i = 10; i < 40; i++) p.write(`in/${i}`, `${i}\n`);
  expect(await p.ferment('diff')).toMatchInlineSnapshot(`
    "exit 0
    Added:
        in/10                 3 B
        in/11                 3 B
        in/12                 3 B
        in/13                 3 B
        in/14                 3 B
        in/15                 3 B
        in/16                 3 B
        in/17                 3 B
        in/18                 3 B
        in/19                 3 B
        in/20                 3 B
        in/21                 3 B
        … and 18 more in in/

    Modified:
        in/  13 B → 103 B  2 → 32 files

    files summary: 30 added, +90 B"
  `);
  expect((await p.ferment('diff', '--all')).match(/^ {4}in\/\d+/gm)).toHaveLength(30);
});
