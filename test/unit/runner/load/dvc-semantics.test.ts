import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject, type Project, stageParams } from '../../../../src/runner/index.ts';
import { refuseMissingParams } from '../../../../src/runner/load/check-params.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { failure, load, loadText, onlyStage } from './project.ts';

/** What was observed of DVC 3.67 in small repositories of this content. */
function lines(project: Project): unknown[] {
  return project.stages.flatMap(({ command }) => (command.kind === 'shell' ? command.lines : []));
}

describe('vars', () => {
  it.each([
    ['vars: [{lr: 2}]', 'lr: 1\n', 'lr'],
    ['vars: [{lr: 1}]', 'lr: 1\n', 'lr'],
    ['vars: [{t: {lr: 2}}]', 't: {lr: 1}\n', 't.lr'],
    ['vars: [{l: [2]}]', 'l: [1]\n', 'l'],
    ['vars: [{t: 1}]', 't: {lr: 1}\n', 't'],
    ['vars: ["params.yaml:lr"]', 'lr: 1\n', 'lr'],
    ['vars: [{a: 1}, {a: 1}]', '', 'a'],
  ])('%s cannot give what is there already', (vars, params, key) => {
    expect(failure(() => loadText(`${vars}\nstages: {a: {cmd: x}}\n`, params))).toContain(
      `'${key}' has a value already`,
    );
  });

  it('of a stage neither, nor the item of a group', () => {
    const said = failure(() =>
      loadText(
        'stages:\n  a: {cmd: x, vars: [{lr: 2}]}\n  b: {foreach: [1], do: {cmd: x, vars: [{item: 3}]}}\n',
        'lr: 1\n',
      ),
    );
    expect(said).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:27 'lr' has a value already; vars can only add to what there is.
        2 |   a: {cmd: x, vars: [{lr: 2}]}
          |                           ^
        Remove it here, or there (params.yaml, an earlier item of vars, the item of a group).

      pipeline.yaml:3:48 'item' has a value already; vars can only add to what there is.
        3 |   b: {foreach: [1], do: {cmd: x, vars: [{item: 3}]}}
          |                                                ^
        Remove it here, or there (params.yaml, an earlier item of vars, the item of a group)."
    `);
  });

  it('may name a file again as a whole, and add to mappings', () => {
    const text = `vars: [params.yaml, v.yaml, v.yaml, {t: {b: 2}}]\nstages: {a: {vars: [v.yaml], cmd: "x \${t.a} \${t.b} \${v}"}}\n`;
    const files = { 'pipeline.yaml': text, 'params.yaml': 't: {a: 1}\n', 'v.yaml': 'v: 3\n' };
    expect(lines(load(files))).toEqual(['x 1 2 3']);
  });
});

describe('templates', () => {
  it.each([
    ['x \\<abc', 'x <abc'],
    ['x <abc', 'x <abc'],
    ['x \\<HOME> <v.a>', 'x <HOME> 1'],
    ['x \\\\<v.a>', 'x \\<v.a>'],
    ['x < v.a > <v[a]> <v. a>', 'x 1 1 1'],
    ['x <l[-1]> <l.0> <l[1]>', 'x 2.0 1 2.0'],
    ['<n>', '7'],
    ['<s>', 'a | b'],
    ['x <s>', "x 'a | b'"],
    ['x <raw:s> <raw: v.a>', 'x a | b 1'],
    ['x <raw:q><s>"', 'x "a | b"'],
  ])('%s becomes %s, where <> are templates', (cmd, line) => {
    const written = (text: string): string => text.replaceAll('<', '$' + '{').replaceAll('>', '}');
    const params = `v: {a: 1}\nl: [1, 2.0]\nn: 7\ns: a | b\nq: '"'\n`;
    expect(onlyStage(`stages: {a: {cmd: ${JSON.stringify(written(cmd))}}}`, params).command).toEqual({
      kind: 'shell',
      lines: [written(line)],
    });
  });

  it('stand at the top of the file, too, and in desc', () => {
    const { topLevel, stages } = loadText(
      `metrics: ["\${v}.json"]\nparams: ["\${v}.toml"]\nplots: ["\${v}.csv", {"\${v}": {x: "\${v}"}}]
artifacts: {"\${v}": {path: "m/\${v}"}}\nstages: {a: {cmd: x, desc: "\${n}"}}\n`,
      'v: w\nn: 3\n',
    );
    expect([topLevel.metrics, topLevel.params]).toEqual([['w.json'], ['w.toml']]);
    expect(topLevel.plots.map(({ id, options }) => [id, options])).toEqual([
      ['w.csv', {}],
      ['w', { x: 'w' }],
    ]);
    expect(topLevel.artifacts).toMatchObject([{ name: 'w', path: 'm/w' }]);
    expect(stages[0]?.desc).toBe('3');
    expect(failure(() => loadText(`metrics: ["\${no}"]\nstages: {a: {cmd: x}}\n`))).toContain(
      'pipeline.yaml:1:12',
    );
  });
});

describe('mappings as arguments', () => {
  const files = {
    'dvc.yaml': `stages: {a: {cmd: "x \${o}"}}\n`,
    'params.yaml':
      'o: {on: true, off: false, l: [1, b c, true], e: [], n: null, d: {}, f: 1.0, deep: {q: x}}\n',
  };

  it('are written as DVC writes them', () => {
    expect(lines(load(files))).toEqual(["x --on --l 1 'b c' True --n None --f 1.0 --deep.q x"]);
  });

  it("follow the section parsing of DVC's configuration", () => {
    const config = {
      '.dvc/config': '[core]\n  bool = no\n[parsing]\n    bool = Boolean_Optional\n    list = nargs\n',
    };
    const local = { '.dvc/config.local': '[parsing]\nlist = append\n' };
    expect(lines(load({ ...files, ...config, ...local }))).toEqual([
      "x --on --no-off --l 1 --l 'b c' --l True --n None --f 1.0 --deep.q x",
    ]);
  });
});

describe('what DVC accepts', () => {
  it('is accepted: names, two paths in one item, a path twice, checkpoint, empty groups, keys of a matrix mapping', () => {
    const { stages } = loadText(
      `stages:
  größe.v1 b: {cmd: x, outs: [{o: {cache: false, checkpoint: true}, p: {persist: true}}, q, q], deps: [d, d]}
  none: {matrix: {x: []}, cmd: x}
  keys: {matrix: {x: "\${m}"}, cmd: "x \${item.x}"}
`,
      'm: {a: 1, b: 2}\n',
    );
    expect(stages.map(({ name, line }) => [name, line])).toEqual([
      ['größe.v1 b', 2],
      ['keys@a', 4],
      ['keys@b', 4],
    ]);
    expect(stages[0]?.outs.map(({ path, cache, persist }) => [path, cache, persist])).toEqual([
      ['o', false, false],
      ['p', true, true],
      ['q', true, false],
    ]);
  });

  it('a data set: what is said of it is an input of the stages that name it', () => {
    const text = (rev: string): string =>
      `datasets:\n- {name: other, type: url, url: "s3://b/x"}\n- {name: d, type: dvc, url: u, rev: ${rev}, foo: 1}\nstages: {a: {cmd: x, deps: ["ds://d", f]}}\n`;
    const inputs = (rev: string): unknown => {
      const { stages, params } = load({ 'dvc.yaml': text(rev) });
      expect(stages[0]?.deps.map(({ path }) => path)).toEqual(['f']);
      return stages[0] && stageParams(params, stages[0]);
    };
    expect(JSON.stringify(inputs('v1'))).toContain('v1');
    expect(inputs('v1')).not.toEqual(inputs('v2'));
    expect(
      failure(() => loadText('datasets: [{name: data}]\nstages: {a: {cmd: x, deps: ["ds://dta"]}}')),
    ).toContain("There is no data set 'dta'.");
    expect(
      failure(() =>
        loadText(`datasets: [{name: d, rev: "\${r}"}]\nstages: {a: {cmd: x, deps: ["ds://d"]}}`, 'r: 1\n'),
      ),
    ).toContain("The data set 'd' holds templates");
  });

  it('a dep that is called like a pattern is the file itself', () => {
    const text = 'stages: {a: {cmd: x, deps: ["a[1].txt", "b[1].txt"]}}';
    const { stages } = load({ 'pipeline.yaml': text, 'a[1].txt': '' });
    expect(stages[0]?.deps.map(({ glob }) => glob)).toEqual([false, true]);
  });
});

describe('addresses', () => {
  it('as deps are passed over with a warning, so that the file loads and the stage runs', () => {
    const { stages, warnings } = loadText('stages: {a: {cmd: x, deps: ["https://h/f", b.txt]}}');
    expect(stages[0]?.deps.map(({ path }) => path)).toEqual(['b.txt']);
    expect(warnings).toEqual([
      "Stage 'a' depends on https://h/f: addresses are not looked at, so nothing reruns when what is there changes.",
    ]);
  });

  it('as outs are refused, with what to do instead', () => {
    const text = 'stages: {a: {cmd: x, outs: [s3://b/f: {cache: false}]}}';
    expect(failure(() => loadText(text))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:1:29 The out 's3://b/f' cannot be used: addresses are not supported, only files and folders of the project.
        1 | stages: {a: {cmd: x, outs: [s3://b/f: {cache: false}]}}
          |                             ^^^^^^^^
        Write a file of the project, and let the command upload it as well."
    `);
  });
});

describe('declared parameters that are not there', () => {
  const files = {
    'dvc.yaml':
      'stages: {a: {cmd: x, params: [lr]}, b: {cmd: y, params: [other.yaml: [k], none.yaml: null]}}',
    'params.yaml': 'lr: 1\n',
    'other.yaml': 'key: 1\n',
  };

  it('do not keep the file from loading', () => {
    const { stages, missingParams } = load(files);
    expect(stages.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([...missingParams.keys()]).toEqual(['b']);
  });

  it('are refused all at once where their stages are to run', () => {
    const { missingParams } = load(files);
    expect(() => refuseMissingParams(missingParams, ['a'])).not.toThrow();
    const said = failure(() => refuseMissingParams(missingParams, ['a', 'b']));
    expect(said.split('\n').filter((line) => line.startsWith('dvc.yaml'))).toEqual([
      "dvc.yaml:1:71 Stage 'b' declares the parameter 'k', but other.yaml has no 'k'.",
      "dvc.yaml:1:86 Stage 'b' declares all of none.yaml, which does not exist.",
    ]);
  });
});

describe('where a repository of DVC is', () => {
  const files = {
    'sub/dvc.yaml': 'stages: {b: {cmd: x, deps: [../data]}}',
    'q/skip/dvc.yaml': 'stages: {no: {cmd: x}}',
    'q/keep/dvc.yaml': 'stages: {yes: {cmd: x}}',
    'q/.dvcignore': '/skip\n',
    'r/dvc.yaml': 'stages: {no: {cmd: x}}',
    '.dvcignore': 'r/dvc.yaml\n*.tmp/\n',
  };

  it('is told by its .dvc folder, with or without a pipeline file there, also from a folder below', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.dvc'));
    writeFiles(cwd, files);
    for (const folder of [cwd, join(cwd, 'sub')]) {
      const { root, stages } = loadProject({ cwd: folder });
      expect([root, stages.map(({ name }) => name)]).toEqual([cwd, ['sub:b', 'q/keep:yes']]);
    }
  });

  it('ends where a repository of its own begins', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.dvc'));
    writeFiles(cwd, { ...files, 'sub/.git/HEAD': '' });
    expect(loadProject({ cwd: join(cwd, 'sub') }).root).toBe(join(cwd, 'sub'));
  });
});
