import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliProject, cliProject } from '../support/cli-project.ts';

const PIPELINE = `stages:
  prepare:
    cmd: cp in.txt middle.txt
    deps: [in.txt]
    outs: [middle.txt]
  train:
    cmd: echo training && cp score.json out/score.json
    deps: [middle.txt, score.json]
    params: [rate]
    env: [FERMENT_TEST_SEED]
    metrics: [{out/score.json: {cache: false, direction: {accuracy: higher, loss: lower}}}]
`;

const SCORE = '{"accuracy": 0.5, "loss": 2, "confusion": [[1, 2], [3, 4]], "per-class": {"sad": 0.25}}\n';

const files = {
  'pipeline.yaml': PIPELINE,
  'params.yaml': 'rate: 0.1\n',
  'in.txt': 'one\n',
  'score.json': SCORE,
  '.gitignore': '/.ferment\n',
};

/** Each line of stdout as its value, seconds and ids replaced. */
function lines(stdout: string): unknown[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const value = JSON.parse(line) as Record<string, unknown>;
      for (const key of ['seconds', 'runId', 'log']) if (key in value) value[key] = key.toUpperCase();
      return value;
    });
}

describe('repro --json', () => {
  it('writes one object a line, the summary last, and nothing else on stdout', async () => {
    const p = cliProject(files);
    const events = lines(await p.json(0, 'repro', '--json', '-j1'));
    expect(events.map((event) => (event as { event: string }).event)).toMatchInlineSnapshot(`
      [
        "run-start",
        "stage-decided",
        "stage-start",
        "stage-end",
        "stage-decided",
        "stage-start",
        "stage-end",
        "summary",
      ]
    `);
    expect(events.at(-1)).toEqual({
      event: 'summary',
      ok: true,
      stages: { prepare: 'ran', train: 'ran' },
      seconds: 'SECONDS',
    });
    p.write('params.yaml', 'rate: 0.2\n');
    expect(lines(await p.json(0, 'repro', '--json', '-j1'))).toMatchInlineSnapshot(`
      [
        {
          "dry": false,
          "event": "run-start",
          "jobs": 1,
          "leftOut": [],
          "runId": "RUNID",
          "stages": [
            "prepare",
            "train",
          ],
        },
        {
          "decision": "unchanged",
          "event": "stage-decided",
          "reasons": [],
          "stage": "prepare",
        },
        {
          "event": "stage-end",
          "outcome": "unchanged",
          "seconds": "SECONDS",
          "stage": "prepare",
        },
        {
          "decision": "run",
          "event": "stage-decided",
          "reasons": [
            {
              "change": "modified",
              "kind": "param",
              "name": "params.yaml:rate",
              "new": 0.2,
              "old": 0.1,
            },
          ],
          "stage": "train",
        },
        {
          "attempt": 1,
          "command": "echo training && cp score.json out/score.json",
          "cpus": 1,
          "event": "stage-start",
          "gpus": 0,
          "log": "LOG",
          "stage": "train",
        },
        {
          "event": "stage-end",
          "outcome": "ran",
          "seconds": "SECONDS",
          "stage": "train",
        },
        {
          "event": "summary",
          "ok": true,
          "seconds": "SECONDS",
          "stages": {
            "prepare": "unchanged",
            "train": "ran",
          },
        },
      ]
    `);
    expect(lines(await p.json(0, 'repro', '--json')).at(-1)).toMatchObject({
      stages: { prepare: 'unchanged', train: 'unchanged' },
    });
  });

  it('sends the output of stages to stderr', async () => {
    const p = cliProject(files);
    const shown = await p.ferment('repro', '--json', '-j1');
    expect(shown.slice(shown.indexOf('\n!'))).toBe('\n! training');
  });

  it('ends with a summary also after a failure and where nothing could begin', async () => {
    const p = cliProject({ ...files, 'score.json': SCORE });
    p.write('pipeline.yaml', PIPELINE.replace('cp in.txt middle.txt', 'exit 3'));
    expect(lines(await p.json(1, 'repro', '--json', '-j1')).slice(-4)).toMatchInlineSnapshot(`
      [
        {
          "error": {
            "code": "STAGE_FAILED",
            "hint": "What it wrote: ferment logs prepare",
            "message": "Stage 'prepare' failed: its command exited with 3.",
          },
          "event": "stage-end",
          "outcome": "failed",
          "seconds": "SECONDS",
          "stage": "prepare",
        },
        {
          "blockedBy": "prepare",
          "event": "stage-end",
          "outcome": "blocked",
          "seconds": "SECONDS",
          "stage": "train",
        },
        {
          "code": "STAGE_FAILED",
          "event": "error",
          "hint": "What it wrote: ferment logs prepare",
          "message": "Stage 'prepare' failed: its command exited with 3.",
        },
        {
          "event": "summary",
          "ok": false,
          "seconds": "SECONDS",
          "stages": {
            "prepare": "failed",
            "train": "blocked",
          },
        },
      ]
    `);
    p.write('pipeline.yaml', 'stages: 1\n');
    expect(lines(await p.json(3, 'repro', '--json')).at(-1)).toEqual({
      event: 'summary',
      ok: false,
      stages: {},
      seconds: 'SECONDS',
    });
  });
});

describe('status --json', () => {
  const statusOf = async (p: CliProject, ...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await p.json(0, 'status', '--json', ...args)).replace(/\b[0-9a-f]{64}\b/g, 'DIGEST'));

  it('is {} when all is fresh, else says of each stage what differs by itself', async () => {
    const p = cliProject(files);
    expect(await statusOf(p)).toMatchInlineSnapshot(`
      {
        "prepare": [
          {
            "change": "new",
            "kind": "never-run",
            "name": "",
          },
        ],
        "train": [
          {
            "change": "new",
            "kind": "never-run",
            "name": "",
          },
          {
            "change": "deleted",
            "kind": "dep",
            "name": "middle.txt",
          },
        ],
      }
    `);
    await p.json(0, 'repro', '--json');
    expect(await statusOf(p)).toEqual({});
    p.write('in.txt', 'two\n');
    p.write('params.yaml', 'rate: 0.2\n');
    p.remove('out/score.json');
    expect(await statusOf(p)).toMatchInlineSnapshot(`
      {
        "prepare": [
          {
            "change": "modified",
            "kind": "dep",
            "name": "in.txt",
            "new": "DIGEST",
            "old": "DIGEST",
          },
        ],
        "train": [
          {
            "change": "modified",
            "kind": "param",
            "name": "params.yaml:rate",
            "new": 0.2,
            "old": 0.1,
          },
          {
            "change": "deleted",
            "kind": "out",
            "name": "out/score.json",
            "old": "DIGEST",
          },
        ],
      }
    `);
    expect(Object.keys((await statusOf(p, 'train')) as object)).toEqual(['train']);
    expect(await p.json(1, 'status', '--json', '--exit-code')).not.toBe('{}\n');
    await p.json(0, 'repro', '--json');
    expect(await p.json(0, 'status', '--json', '--exit-code')).toBe('{}\n');
  });

  it('in words: changed stages with their changes, those that never ran by name', async () => {
    const p = cliProject(files);
    expect(await p.ferment('status')).toMatchInlineSnapshot(`
      "exit 0
      There is no result yet (2 stages). Begin with: ferment repro"
    `);
    await p.json(0, 'repro', '--json');
    expect(await p.ferment('status')).toMatchInlineSnapshot(`
      "exit 0
      Everything is up to date."
    `);
    p.write('in.txt', 'two\n');
    p.write(
      'pipeline.yaml',
      `${PIPELINE}  last:\n    cmd: cp middle.txt last.txt\n    deps: [middle.txt]\n    outs: [last.txt]\n`,
    );
    const args = ['status', '-S', 'rate=0.3'];
    expect(await p.fermentAs({ env: { FERMENT_TEST_SEED: '7' } }, ...args)).toMatchInlineSnapshot(`
      "exit 0
      prepare
        in.txt changed
      train
        params.yaml:rate 0.1 → 0.3
        FERMENT_TEST_SEED unset → 7
      No result yet
        last

      What would run: ferment repro -S rate=0.3 --dry"
    `);
    expect(await p.ferment('why', 'train', '-S', 'rate=0.3')).toMatchInlineSnapshot(`
      "exit 0
      train would run.
        param  params.yaml:rate  0.1 → 0.3
        What it needs is stale, too:
          prepare  in.txt changed"
    `);
    expect(await p.ferment('repro', '--dry', '-S', 'rate=0.3')).toMatchInlineSnapshot(`
      "exit 0
      would run  prepare  in.txt changed
      would run  train    params.yaml:rate 0.1 → 0.3, middle.txt changed
      would run  last     for the first time
      3 would run. Nothing was run."
    `);
  });
});

function git(cwd: string, ...args: readonly string[]): string {
  const options = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  return execFileSync('git', [...options, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}

describe('metrics diff', () => {
  /** Two commits; a metric file below a folder, one that is gone in the second. */
  async function twoCommits() {
    const p = cliProject({
      ...files,
      'pipeline.yaml': `${PIPELINE}metrics: [extra.json]\n`,
      'extra.json': '{"n": 1}\n',
    });
    git(p.root, 'init', '-q');
    for (const score of [
      SCORE,
      SCORE.replace('0.5', '0.625').replace('2,', '2.5,').replace('[3, 4]', '[4, 4]'),
    ]) {
      p.write('score.json', score);
      await p.json(0, 'repro', '--json');
      git(p.root, 'add', '-A');
      git(p.root, 'commit', '-qm', 'a state');
      if (p.has('extra.json')) p.remove('extra.json');
    }
    return p;
  }

  it('between two commits: text, Markdown, JSON, conditions', async () => {
    const p = await twoCommits();
    const diff = (...args: readonly string[]) => p.ferment('metrics', 'diff', 'HEAD~1', 'HEAD', ...args);
    expect(await diff()).toMatchInlineSnapshot(`
      "exit 0
      Path            Metric            HEAD~1           HEAD         Change
      extra.json      n                      1              -           gone
      out/score.json  accuracy             0.5          0.625  +0.125 better
      out/score.json  loss                   2            2.5     +0.5 worse
      out/score.json  confusion  [[1,2],[3,4]]  [[1,2],[4,4]]              -"
    `);
    expect(await diff('--md', '--precision', '2')).toMatchInlineSnapshot(`
      "exit 0
      | Path | Metric | HEAD~1 | HEAD | Change |
      | --- | --- | ---: | ---: | ---: |
      | extra.json | n | 1 | - | gone |
      | out/score.json | accuracy | 0.5 | 0.63 | +0.13 better |
      | out/score.json | loss | 2 | 2.5 | +0.5 worse |
      | out/score.json | confusion | [[1,2],[3,4]] | [[1,2],[4,4]] | - |"
    `);
    expect(JSON.parse(await p.json(0, 'metrics', 'diff', 'HEAD~1', 'HEAD', '--json'))).toMatchInlineSnapshot(`
      {
        "extra.json": {
          "n": {
            "old": 1,
          },
        },
        "out/score.json": {
          "accuracy": {
            "diff": 0.125,
            "new": 0.625,
            "old": 0.5,
          },
          "confusion": {
            "new": "[[1,2],[4,4]]",
            "old": "[[1,2],[3,4]]",
          },
          "loss": {
            "diff": 0.5,
            "new": 2.5,
            "old": 2,
          },
        },
      }
    `);
    expect(await diff('--json', '--fail-if', 'accuracy < -0.01')).toMatch(/^exit 0\n/);
    expect((await diff('--json', '--fail-if', 'loss > 0.1')).replace(/^\{[^!]*/m, '')).toMatchInlineSnapshot(`
      "exit 1
      ! out/score.json: loss changed by 0.5 (loss > 0.1)"
    `);
    expect(await p.ferment('metrics', 'diff', 'HEAD', '--fail-if', 'accuracy less 1')).toMatchInlineSnapshot(`
      "exit 2
      ! error: Expected a condition such as 'accuracy < -0.01'. Received: 'accuracy less 1'
      It is about the change from the first commit to the second; signs are < <= > >=."
    `);
    expect(await diff('--json', '--fail-if', 'acuracy < -0.01')).toMatchInlineSnapshot(`
      "exit 2
      ! error: Expected a condition about a metric of HEAD~1 or HEAD. Received: 'acuracy < -0.01'
      Did you mean 'accuracy'?"
    `);
    expect(await p.ferment('metrics', 'show', 'HEAD~1')).toMatchInlineSnapshot(`
      "exit 0
      Path            Metric                 Value
      extra.json      n                          1
      out/score.json  accuracy                 0.5
      out/score.json  loss                       2
      out/score.json  confusion      [[1,2],[3,4]]
      out/score.json  per-class.sad           0.25"
    `);
  });

  it('with a condition, metrics diff does not pass where its metric is NaN, gone or in no file that can be read', async () => {
    const p = await twoCommits();
    const gate = (...args: readonly string[]) =>
      p.ferment('metrics', 'diff', '--fail-if', 'accuracy < -0.01', ...args);
    p.write('out/score.json', SCORE.replace('0.5', 'NaN'));
    expect((await gate()).split('\n').at(0)).toBe('exit 1');
    expect((await gate()).split('\n').at(-1)).toMatchInlineSnapshot(
      `"! out/score.json: accuracy is no number in workspace: null, HEAD has 0.625 (accuracy < -0.01)"`,
    );
    p.remove('out/score.json');
    expect((await gate()).split('\n').at(-1)).toMatchInlineSnapshot(
      `"! out/score.json: accuracy is gone from workspace, HEAD has 0.625 (accuracy < -0.01)"`,
    );
    p.write('out/score.json', '{"accuracy": 0.6');
    expect(await gate()).toMatchInlineSnapshot(`
      "exit 4
      ! error: A condition needs metrics that can be read.
      out/score.json (workspace) is neither JSON nor YAML nor TOML: Expected ',' or '}' after property value in JSON at position 16
      ferment repro writes the metrics of the workspace anew; --targets FILE limits the comparison to other files."
    `);
    expect(await gate('--targets', 'extra.json')).toMatchInlineSnapshot(`
      "exit 2
      ! error: Expected a condition about a metric of HEAD or workspace. Received: 'accuracy < -0.01'
      Neither has any: ferment repro makes them."
    `);
  });

  it('--targets are files of either side, as the project calls them or as they are typed; another one is refused', async () => {
    const p = await twoCommits();
    mkdirSync(join(p.root, 'sub'));
    const inFolder = { cwd: join(p.root, 'sub') };
    for (const target of ['out/score.json', 'out', '../out/score.json', '../out/'])
      expect(
        await p.fermentAs(inFolder, 'metrics', 'diff', 'HEAD~1', '--targets', target, '--json'),
      ).toContain('"out/score.json"');
    for (const command of [
      ['metrics', 'diff', 'HEAD~1'],
      ['metrics', 'show'],
      ['metrics', 'show', '-a'],
    ])
      expect(await p.ferment(...command, '--targets', 'out/scor.json')).toMatchInlineSnapshot(`
        "exit 2
        ! error: Expected a file with values on either side. Received: 'out/scor.json'
        Did you mean 'out/score.json'?"
      `);
    expect(await p.ferment('params', 'diff', '--targets', 'other.yaml')).toMatchInlineSnapshot(`
      "exit 2
      ! error: Expected a file with values on either side. Received: 'other.yaml'
      There are: params.yaml"
    `);
  });

  it('a folder of metrics is the files in it, in the workspace and in a commit', async () => {
    const p = cliProject({
      'pipeline.yaml': `stages:
  git: {cmd: "mkdir m && cp in m/a.json && echo > m/.keep", deps: [in], metrics: [m: {cache: false, direction: higher}]}
  store: {cmd: mkdir s && cp in s/b.json, deps: [in], metrics: [s]}
`,
      in: '{"n": 1}\n',
    });
    git(p.root, 'init', '-q');
    await p.json(0, 'repro', '--json');
    git(p.root, 'add', '-A');
    git(p.root, 'commit', '-qm', 'a state');
    p.write('in', '{"n": 2}\n');
    await p.json(0, 'repro', '--json');
    expect(await p.ferment('metrics', 'show', 'HEAD')).toMatchInlineSnapshot(`
      "exit 0
      Path      Metric  Value
      m/a.json  n           1
      s/b.json  n           1"
    `);
    expect(await p.ferment('metrics', 'diff')).toMatchInlineSnapshot(`
      "exit 0
      Path      Metric  HEAD  workspace     Change
      m/a.json  n          1          2  +1 better
      s/b.json  n          1          2         +1"
    `);
  });

  it('a metrics file that cannot be read is told, and the others are shown', async () => {
    const p = await twoCommits();
    p.remove('out/score.json');
    symlinkSync('score.json', join(p.root, 'out/score.json'));
    p.write('extra.json', '{"n": 1}');
    expect(await p.ferment('metrics', 'show')).toMatchInlineSnapshot(`
      "exit 0
      Path        Metric  Value
      extra.json  n           1
      ! warning: out/score.json (workspace) cannot be read: Cannot read ROOT/out/score.json: ELOOP: too many symbolic links encountered, open 'ROOT/out/score.json'."
    `);
    p.remove('out');
    p.write('out', 'a file in the place of a folder');
    expect(await p.ferment('metrics', 'show')).toMatchInlineSnapshot(`
      "exit 0
      Path        Metric  Value
      extra.json  n           1"
    `);
  });

  it('metrics show of several revisions, all branches, tags, commits: a row for each', async () => {
    const p = await twoCommits();
    git(p.root, 'branch', '-M', 'main');
    git(p.root, 'tag', 'v1', 'HEAD~1');
    const show = (...args: readonly string[]) => p.ferment('metrics', 'show', ...args);
    expect(await show('HEAD', 'v1', '--targets', 'out/score.json')).toMatchInlineSnapshot(`
      "exit 0
      Revision  Path            accuracy  loss      confusion  per-class.sad
      HEAD      out/score.json     0.625   2.5  [[1,2],[4,4]]           0.25
      v1        out/score.json       0.5     2  [[1,2],[3,4]]           0.25"
    `);
    expect(await show('-a', '-T', '--targets', 'out/score.json', '--no-path')).toMatchInlineSnapshot(`
      "exit 0
      Revision   accuracy  loss      confusion  per-class.sad
      workspace     0.625   2.5  [[1,2],[4,4]]           0.25
      main          0.625   2.5  [[1,2],[4,4]]           0.25
      v1              0.5     2  [[1,2],[3,4]]           0.25"
    `);
    expect(await show('v1', 'HEAD', '--md', '--targets', 'extra.json')).toMatchInlineSnapshot(`
      "exit 0
      | Revision | Path | n |
      | --- | --- | ---: |
      | v1 | extra.json | 1 |"
    `);
    const all = JSON.parse(await p.json(0, 'metrics', 'show', '--all-commits', '--json')) as object;
    expect(Object.keys(all)).toHaveLength(3);
    expect(
      JSON.parse(await p.json(0, 'metrics', 'show', 'v1', '-a', '--targets', 'extra.json', '--json')),
    ).toEqual({
      v1: { 'extra.json': { n: 1 } },
      main: {},
    });
    git(p.root, 'switch', '-q', '--orphan', 'empty');
    git(p.root, 'commit', '-q', '--allow-empty', '-m', 'nothing');
    git(p.root, 'switch', '-qf', 'main');
    expect(await show('main', '-a', '--no-path', '--targets', 'out/score.json')).toMatchInlineSnapshot(`
      "exit 0
      Revision  accuracy  loss      confusion  per-class.sad
      main         0.625   2.5  [[1,2],[4,4]]           0.25
      ! warning: empty is left out: There is no pipeline.yaml or dvc.yaml here or in a folder above."
    `);
    expect(await show('main', 'nowhere')).toMatchInlineSnapshot(`
      "exit 2
      ! error: Git knows no commit 'nowhere'.
      git log --oneline lists commits; a branch, a tag or HEAD~1 will do too."
    `);
  });

  it('of metrics that git does not track: from the store, as the lock of each commit names them', async () => {
    const p = cliProject({
      'pipeline.yaml': 'stages: {s: {cmd: cp in.json m.json, deps: [in.json], metrics: [m.json]}}\n',
      'in.json': '{"a": 1}\n',
    });
    const commit = async (text: string) => {
      p.write('in.json', text);
      await p.json(0, 'repro', '--json');
      git(p.root, 'add', '-A');
      git(p.root, 'commit', '-qm', 'a state');
    };
    git(p.root, 'init', '-q');
    await commit('{"a": 1}\n');
    await commit('{"a": 2}\n');
    expect(git(p.root, 'ls-files')).not.toContain('m.json');
    expect(await p.ferment('metrics', 'diff', 'HEAD~1', 'HEAD')).toMatchInlineSnapshot(`
      "exit 0
      Path    Metric  HEAD~1  HEAD  Change
      m.json  a            1     2      +1"
    `);
    p.remove('.ferment/objects');
    expect(await p.ferment('metrics', 'diff', 'HEAD~1')).toMatchInlineSnapshot(`
      "exit 0
      Path    Metric  HEAD~1  workspace  Change
      m.json  a            -          2     new
      ! warning: m.json (HEAD~1) cannot be read: Object DIGEST is not in the store."
    `);
  });

  it('of nothing: says so', async () => {
    const p = await twoCommits();
    expect(await p.ferment('metrics', 'diff')).toMatchInlineSnapshot(`
      "exit 0
      ! No metric differs."
    `);
    expect(await p.ferment('params', 'diff')).toMatchInlineSnapshot(`
      "exit 0
      ! No param differs."
    `);
    expect(await p.ferment('params', 'diff', 'HEAD', '-S', 'rate=0.3')).toMatchInlineSnapshot(`
      "exit 0
      Path         Param  HEAD  workspace
      params.yaml  rate   0.1   0.3"
    `);
  });
});
