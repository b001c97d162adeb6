import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/kit/index.ts';
import {
  commitData,
  compareData,
  type DataDiff,
  type DataSide,
  dataDiffJson,
  renderDataDiff,
  renderDataDiffByStage,
  renderDataDiffMarkdown,
  workspaceData,
} from '../../../../src/runner/index.ts';
import { type RunnerProject, runnerProject } from '../../../support/runner-project.ts';

const PIPELINE = `
stages:
  split: {cmd: "mkdir out && cp in/* out", deps: [in], outs: [out]}
  sum: {cmd: "cat out/* > sum.txt", deps: [out], outs: [sum.txt]}
`;

function git(p: RunnerProject, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: p.root });
}

async function committed(): Promise<RunnerProject> {
  const p = runnerProject({
    'pipeline.yaml': PIPELINE,
    'in/a': 'first\n',
    'in/b': 'second\n',
    'in/c': 'third\n',
    '.gitignore': '/.ferment\n/out\n',
  });
  await p.repro();
  git(p, 'init', '-q');
  git(p, 'add', '-A');
  git(p, 'commit', '-qm', 'one');
  return p;
}

async function diffWith(p: RunnerProject, revision = 'HEAD'): Promise<DataDiff> {
  return compareData(commitData({ cwd: p.root }, revision), await workspaceData({ cwd: p.root }));
}

const brief = ({ changes }: DataDiff) =>
  changes.map(({ change, path, from }) => [change, ...(from === undefined ? [] : [from]), path].join(' '));

describe('a commit against the workspace', () => {
  it('is empty when nothing differs', async () => {
    const found = await diffWith(await committed());
    expect(found).toMatchObject({ changes: [], notStored: [] });
    expect(renderDataDiff(found)).toBe('');
  });

  it('goes down to the files of a folder, finds renames, and says who reads and writes', async () => {
    const p = await committed();
    p.remove('in/a');
    p.write('in/renamed', 'first\n');
    p.write('in/b', 'second and more\n');
    p.write('in/new', 'new\n');
    await p.repro();
    const found = await diffWith(p);
    expect(brief(found)).toEqual([
      'modified in',
      'modified in/b',
      'added in/new',
      'renamed in/a in/renamed',
      'modified out',
      'modified out/b',
      'added out/new',
      'renamed out/a out/renamed',
      'modified sum.txt',
    ]);
    expect(renderDataDiff(found)).toMatchInlineSnapshot(`
      "Added:
          in/new   4 B
          out/new  4 B

      Renamed:
          in/a → in/renamed    6 B
          out/a → out/renamed  6 B

      Modified:
          in/      19 B → 32 B  3 → 4 files
          in/b     7 B → 16 B
          out/     19 B → 32 B  3 → 4 files
          out/b    7 B → 16 B
          sum.txt  19 B → 32 B

      files summary: 2 added, 2 renamed, 3 modified, +39 B"
    `);
    expect(renderDataDiffByStage(found)).toMatchInlineSnapshot(`
      "split
        dep  modified  in/                  19 B → 32 B  3 → 4 files
        dep  modified  in/b                 7 B → 16 B
        dep  added     in/new               4 B
        dep  renamed   in/a → in/renamed    6 B
        out  modified  out/                 19 B → 32 B  3 → 4 files
        out  modified  out/b                7 B → 16 B
        out  added     out/new              4 B
        out  renamed   out/a → out/renamed  6 B

      sum
        dep  modified  out/                 19 B → 32 B  3 → 4 files
        dep  modified  out/b                7 B → 16 B
        dep  added     out/new              4 B
        dep  renamed   out/a → out/renamed  6 B
        out  modified  sum.txt              19 B → 32 B

      files summary: 2 added, 2 renamed, 3 modified, +39 B"
    `);
    expect(renderDataDiffMarkdown(found).split('\n').slice(0, 4)).toEqual([
      '| Status | Path | Size |',
      '| --- | --- | --- |',
      '| added | in/new | 4 B |',
      '| added | out/new | 4 B |',
    ]);
    expect(dataDiffJson(found)).toMatchObject({
      added: [{ path: 'in/new', depOf: ['split'], size: 4 }, { path: 'out/new' }],
      deleted: [],
      renamed: [{ path: { old: 'in/a', new: 'in/renamed' }, hash: digestOf('first\n') }, {}],
      'not in cache': [],
    });
  });

  it('calls nothing lost that a commit holds itself', async () => {
    const p = runnerProject({
      'pipeline.yaml':
        'stages: {a: {cmd: "mkdir f && cp in f/x && cp in small && cp in kept", deps: [in], outs: [f: {cache: false}, small: {cache: false}, kept]}}\n',
      in: 'first\n',
      '.gitignore': '/.ferment\n/kept\n',
    });
    git(p, 'init', '-q');
    for (const text of ['first\n', 'second\n']) {
      p.write('in', text);
      await p.repro();
      git(p, 'add', '-A');
      git(p, 'commit', '-qm', text);
    }
    rmSync(join(p.root, '.ferment'), { recursive: true });
    const options = { cwd: p.root };
    const found = compareData(commitData(options, 'HEAD~1'), commitData(options, 'HEAD'));
    expect(found.notStored).toEqual(['kept']);
  });

  it('says that the files are unknown where the store lacks the list of them, and which outs are lost', async () => {
    const p = await committed();
    rmSync(join(p.root, '.ferment/objects'), { recursive: true });
    p.write('out/a', 'by hand\n');
    p.remove('sum.txt');
    const found = await diffWith(p);
    expect(brief(found)).toEqual(['modified out', 'deleted sum.txt']);
    expect(renderDataDiff(found)).toMatchInlineSnapshot(`
      "Deleted:
          sum.txt  19 B

      Modified:
          out/  19 B → 21 B  3 files, files unknown

      Not in the store:
          sum.txt

      files summary: 1 deleted, unknown in 1 folder, −17 B"
    `);
    expect(dataDiffJson(found)).toMatchObject({ 'not in cache': [{ path: 'sum.txt' }] });
  });

  it('takes a folder that was renamed as one rename', async () => {
    const p = await committed();
    p.write('pipeline.yaml', PIPELINE.replaceAll(/\bout\b/g, 'parts'));
    await p.repro();
    expect(brief(await diffWith(p))).toEqual(['renamed out parts']);
  });

  it('counts what the stages of the commit wrote, not what a stage of an older name left in the lock', async () => {
    const p = await committed();
    // The old name comes later than the new one, so that its block would win.
    p.write('pipeline.yaml', PIPELINE.replace('  sum: {cmd: "cat', '  all: {cmd: "cat head'));
    p.write('head', 'new\n');
    await p.repro();
    git(p, 'add', '-A');
    git(p, 'commit', '-qm', 'renamed');
    expect(p.read('pipeline.lock')).toMatch(/^ {2}sum:$/m);
    expect(brief(await diffWith(p))).toEqual([]);
    expect(brief(await diffWith(p, 'HEAD~1'))).toContain('modified sum.txt');
    p.write('in/a', 'a third\n');
    await p.repro();
    expect((await diffWith(p)).changes.find(({ path }) => path === 'sum.txt')).toMatchObject({
      outOf: 'all',
      old: { digest: digestOf('new\nfirst\nsecond\nthird\n') },
    });
  });

  it('counts all blocks of the lock, and says so, where the pipeline of the commit cannot be read', async () => {
    const p = await committed();
    p.write('pipeline.yaml', 'stages: [');
    git(p, 'commit', '-qam', 'broken');
    p.write('pipeline.yaml', PIPELINE);
    const broken = commitData({ cwd: p.root }, 'HEAD');
    expect([...broken.items.keys()]).toEqual(['in', 'out', 'sum.txt']);
    expect(broken.warnings).toEqual([
      expect.stringMatching(/^The pipeline in HEAD cannot be read, so all blocks of its lock count: /),
    ]);
  });

  it('counts a commit without a lock as one without data', async () => {
    const p = await committed();
    git(p, 'rm', '-q', '--cached', 'pipeline.lock');
    git(p, 'commit', '-qm', 'no lock');
    const found = await diffWith(p);
    expect(new Set(found.changes.map(({ change }) => change))).toEqual(new Set(['added']));
    const between = compareData(commitData({ cwd: p.root }, 'HEAD~1'), commitData({ cwd: p.root }, 'HEAD'));
    expect(new Set(between.changes.map(({ change }) => change))).toEqual(new Set(['deleted']));
  });
});

describe('any two folders', () => {
  const side = (files: Readonly<Record<string, string>>): DataSide => {
    const manifest = Object.entries(files).map(([path, text]) => ({
      path,
      digest: digestOf(text),
      size: text.length,
    }));
    const content = {
      path: 'd',
      kind: 'dir' as const,
      digest: digestOf(JSON.stringify(manifest.map(({ path, digest }) => [path, digest]).sort())),
      size: manifest.reduce((sum, { size }) => sum + size, 0),
      files: manifest.length,
    };
    return {
      label: '',
      items: new Map([['d', { content, outOf: 's', depOf: [] }]]),
      manifestOf: () => manifest,
      notStored: [],
      warnings: [],
    };
  };
  const files = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'x/a', 'x/b'),
    fc.constantFrom('', '1', '22', '3'),
  );

  it('give changes that turn the one into the other, each path once', () => {
    fc.assert(
      fc.property(files, files, (before, after) => {
        const { changes } = compareData(side(before), side(after));
        expect(new Set(changes.map(({ path }) => path)).size).toBe(changes.length);
        const inside = changes.filter(({ path }) => path !== 'd');
        const gone = inside.flatMap(({ change, path, from }) => (change === 'deleted' ? path : (from ?? [])));
        const replayed = new Map(Object.entries(before).map(([path, text]) => [path, digestOf(text)]));
        for (const path of gone) replayed.delete(path.slice(2));
        for (const { path, new: now } of inside)
          if (now !== undefined) replayed.set(path.slice(2), now.digest);
        expect(Object.fromEntries(replayed)).toEqual(
          Object.fromEntries(Object.entries(after).map(([path, text]) => [path, digestOf(text)])),
        );
      }),
    );
  });
});
