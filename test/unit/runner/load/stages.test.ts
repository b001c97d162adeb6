import { describe, expect, it } from 'vitest';
import { failure, load, loadText, onlyStage } from './project.ts';

describe('a stage', () => {
  it('is read with every key', () => {
    const project = load({
      'pipeline.yaml': `stages:
  train:
    desc: Trains
    cmd: [python a.py, python b.py]
    wdir: sub
    deps: {data: ../data/, code: "src/*.py", none: "\${nothing}"}
    outs:
      model: model.bin
      log: {path: log.txt, cache: false, persist: true, desc: Log, labels: [a]}
    metrics: [{m.json: {cache: false, direction: lower}}, n.json]
    plots: [{p.csv: {x: epoch, template: linear}}]
    params: [lr, other.json: null]
    env: [SEED]
    resources: {cpus: 2, gpus: 1, memory: 4GB}
    checkpoints: {state: ckpt}
    frozen: true
    always_changed: true
    graph: true
    meta: {a: "\${kept}"}
`,
      'params.yaml': 'nothing: null\n',
      'sub/params.yaml': 'lr: 1\n',
      'sub/other.json': '{"a": 1}',
    });
    expect(project.stages).toMatchInlineSnapshot(`
      [
        {
          "alwaysChanged": true,
          "checkpoints": [
            {
              "name": "state",
              "path": "sub/ckpt",
            },
          ],
          "column": 3,
          "command": {
            "kind": "shell",
            "lines": [
              "python a.py",
              "python b.py",
            ],
          },
          "deps": [
            {
              "glob": false,
              "name": "data",
              "optional": false,
              "path": "data",
            },
            {
              "glob": true,
              "name": "code",
              "optional": false,
              "path": "sub/src/*.py",
            },
          ],
          "desc": "Trains",
          "env": [
            "SEED",
          ],
          "file": "pipeline.yaml",
          "frozen": true,
          "graph": true,
          "group": "train",
          "line": 2,
          "meta": {
            "a": "\${kept}",
          },
          "name": "train",
          "outs": [
            {
              "cache": true,
              "desc": undefined,
              "kind": "out",
              "name": "model",
              "options": {},
              "path": "sub/model.bin",
              "persist": false,
            },
            {
              "cache": false,
              "desc": "Log",
              "kind": "out",
              "name": "log",
              "options": {
                "labels": [
                  "a",
                ],
              },
              "path": "sub/log.txt",
              "persist": true,
            },
            {
              "cache": false,
              "desc": undefined,
              "kind": "metric",
              "name": undefined,
              "options": {
                "direction": "lower",
              },
              "path": "sub/m.json",
              "persist": false,
            },
            {
              "cache": true,
              "desc": undefined,
              "kind": "metric",
              "name": undefined,
              "options": {},
              "path": "sub/n.json",
              "persist": false,
            },
            {
              "cache": true,
              "desc": undefined,
              "kind": "plot",
              "name": undefined,
              "options": {
                "template": "linear",
                "x": "epoch",
              },
              "path": "sub/p.csv",
              "persist": false,
            },
          ],
          "params": [
            {
              "file": "sub/params.yaml",
              "keys": [
                "lr",
              ],
            },
            {
              "file": "sub/other.json",
              "keys": undefined,
            },
          ],
          "resources": {
            "cpus": 2,
            "gpus": 1,
            "memoryBytes": 4000000000,
          },
          "retries": {
            "backoff": 1,
            "delayMs": 0,
            "times": 0,
          },
          "source": "  train:",
          "timeoutMs": undefined,
          "wdir": "sub",
        },
      ]
    `);
  });

  it('may have one command, or a program, and DVC lists of paths', () => {
    expect(
      onlyStage('stages: {a: {cmd: "x | y", deps: [b, /etc/hosts], outs: [c: {cache: false}, d]}}'),
    ).toMatchObject({
      command: { kind: 'shell', lines: ['x | y'] },
      deps: [
        { path: 'b', glob: false },
        { path: '/etc/hosts', glob: false },
      ],
      outs: [
        { path: 'c', cache: false },
        { path: 'd', cache: true },
      ],
    });
    expect(onlyStage('stages: {a: {module: stages/a.ts}}').command).toEqual({
      kind: 'module',
      module: 'stages/a.ts',
    });
  });

  it('may have a pattern that may match nothing, and no path that may be missing', () => {
    expect(
      onlyStage('stages: {a: {cmd: x, deps: {b: {path: "b/*", optional: true}, c: "c/*"}}}').deps,
    ).toMatchObject([
      { name: 'b', glob: true, optional: true },
      { name: 'c', glob: true, optional: false },
    ]);
    expect(() => onlyStage('stages: {a: {cmd: x, deps: {b: {path: b, optional: true}}}}')).toThrow(
      /The dep 'b' cannot be optional: only a pattern may match nothing/,
    );
  });

  it('lists the parameters of each file once, the default file first', () => {
    const stage = load({
      'pipeline.yaml':
        'stages: {a: {cmd: x, params: [other.yaml: [b], lr, other.yaml: [c], opt, whole.yaml: []]}}',
      'params.yaml': 'lr: 1\nopt: {a: 1}\n',
      'other.yaml': 'b: 1\nc: 2\n',
      'whole.yaml': 'x: 1\n',
    }).stages[0];
    expect(stage?.params).toEqual([
      { file: 'params.yaml', keys: ['lr', 'opt'] },
      { file: 'other.yaml', keys: ['b', 'c'] },
      { file: 'whole.yaml', keys: undefined },
    ]);
  });

  it('knows where its name stands, also in flow style', () => {
    const stages = loadText('# top\nstages:\n  a:\n    cmd: x\n\n  "b":\n    cmd: y\n').stages;
    expect(stages.map(({ name, line, column, source }) => ({ name, line, column, source }))).toEqual([
      { name: 'a', line: 3, column: 3, source: '  a:' },
      { name: 'b', line: 6, column: 3, source: '  "b":' },
    ]);
    expect(onlyStage('stages: {\n a: {cmd: x}}')).toMatchObject({
      line: 2,
      column: 2,
      source: ' a: {cmd: x}}',
    });
  });
});

describe('paths', () => {
  it.each([
    ['../x', 'it is outside of the project'],
    ['/x', 'it is outside of the project'],
    ['a/../../x', 'it is outside of the project'],
    ['.', 'it is the whole project'],
    ['.git/hooks/x', 'it is inside .git'],
    ['.ferment/x', 'it is inside .ferment'],
    ['sub/.git/x', 'it is inside a .git folder'],
    ['x*', 'globs can be deps only'],
  ])('an out %s is refused', (path, reason) => {
    expect(failure(() => onlyStage(`stages: {a: {cmd: x, outs: ["${path}"]}}`))).toContain(
      `The out '${path}' cannot be used: ${reason}.`,
    );
  });

  it('a dep may lie outside, but is not the whole project', () => {
    expect(onlyStage('stages: {a: {cmd: x, deps: [../up/./file]}}').deps[0]?.path).toBe('../up/file');
    expect(failure(() => onlyStage('stages: {a: {cmd: x, deps: [.]}}'))).toContain('it is the whole project');
  });
});

describe('groups', () => {
  const names = (pipeline: string, params = ''): string[] =>
    loadText(pipeline, params).stages.map(({ name }) => name);
  const commands = (pipeline: string, params = ''): unknown[] =>
    loadText(pipeline, params).stages.map(({ command }) =>
      command.kind === 'shell' ? command.lines[0] : '',
    );

  it('foreach over a list is named by its items', () => {
    const text = `stages: {a: {foreach: [x, 1, 0.5, true], do: {cmd: "echo \${item}"}}}`;
    expect(names(text)).toEqual(['a@x', 'a@1', 'a@0.5', 'a@true']);
    expect(commands(text)).toEqual(['echo x', 'echo 1', 'echo 0.5', 'echo true']);
  });

  it('foreach over mappings is named by index, over a mapping by key', () => {
    const list = `stages: {a: {foreach: [{n: x}, {n: y}], do: {cmd: "echo \${item.n}"}}}`;
    expect([names(list), commands(list)]).toEqual([
      ['a@0', 'a@1'],
      ['echo x', 'echo y'],
    ]);
    const mapping = `stages: {a: {foreach: "\${runs}", do: {cmd: "echo \${key} \${item.n}"}}}`;
    const params = 'runs: {p: {n: 1}, q: {n: 2}}\n';
    expect([names(mapping, params), commands(mapping, params)]).toEqual([
      ['a@p', 'a@q'],
      ['echo p 1', 'echo q 2'],
    ]);
  });

  it('matrix joins its values, composite ones by variable and index', () => {
    const text = `stages: {a: {matrix: {size: [small, 2], model: [{n: x}, {n: y}]}, cmd: "echo \${item.size} \${item.model.n} \${key}"}}`;
    expect(names(text)).toEqual(['a@small-model0', 'a@small-model1', 'a@2-model0', 'a@2-model1']);
    expect(commands(text)).toEqual([
      'echo small x small-model0',
      'echo small y small-model1',
      'echo 2 x 2-model0',
      'echo 2 y 2-model1',
    ]);
  });

  it('templates are filled in keys, and a parameter key may hold one', () => {
    const [stage] = loadText(
      `stages: {a: {foreach: "\${c}", do: {cmd: x, params: ["c.\${key}"], metrics: ["m/\${key}.json": {cache: false}]}}}`,
      'c: {p: {n: 1}}\n',
    ).stages;
    expect(stage?.params).toEqual([{ file: 'params.yaml', keys: ['c.p'] }]);
    expect(stage?.outs[0]).toMatchObject({ path: 'm/p.json', cache: false });
  });

  it('need names that are no blanks; an item that stands twice is one stage', () => {
    expect(names('stages: {a: {foreach: [x, y, x], do: {cmd: y}}}')).toEqual(['a@x', 'a@y']);
    expect(names('stages: {a: {foreach: ["x y"], do: {cmd: y}}}')).toEqual(['a@x y']);
    const same = 'stages: {a: {matrix: {x: [a-b, a], y: [c, b-c]}, cmd: y}}';
    expect(failure(() => names(same))).toContain("Two stages of the group are called 'a@a-b-c'");
    expect(failure(() => names('stages: {a: {foreach: [" "], do: {cmd: y}}}'))).toContain(
      'must not be empty or hold',
    );
    const naming = 'Give each key of the mapping, or each value of the matrix, a text: it names the stage.';
    expect(failure(() => names('stages: {a: {foreach: {"": 1}, do: {cmd: y}}}'))).toContain(naming);
    expect(failure(() => names('stages: {a: {matrix: {x: [""]}, cmd: y}}'))).toContain(naming);
    expect(failure(() => names('stages: {a: {foreach: [""], do: {cmd: y}}}'))).toContain('Use a mapping');
    expect(failure(() => names('stages: {a: {foreach: 3, do: {cmd: y}}}'))).toContain(
      'must be a list, a mapping or a',
    );
    expect(failure(() => names('stages: {a: {foreach: [1], cmd: y}}'))).toContain(
      "has 'foreach' without 'do'",
    );
    expect(failure(() => names('stages: {a: {foreach: [1], do: {cmd: y}, deps: [x]}}'))).toContain(
      "'deps' cannot stand beside 'foreach'",
    );
    const both = failure(() => names('stages: {a: {foreach: [1], do: {cmd: y}, matrix: {x: [1]}}}'));
    expect(both).toContain('A group has one of the two.');
    expect(both).not.toContain("under 'do'");
  });

  it('a matrix that asks for millions is refused at once', () => {
    const list = JSON.stringify(Array.from({ length: 1000 }, (_, i) => i));
    expect(
      failure(() => names(`stages: {a: {matrix: {x: ${list}, y: ${list}, z: ${list}}, cmd: y}}`)),
    ).toContain('more than 10000 combinations');
  });
});

describe('sub-folders', () => {
  it('have pipelines of their own, with paths, parameters and names of the folder', () => {
    const project = load({
      'pipeline.yaml': 'stages: {a: {cmd: x, outs: [out]}}',
      'features/dvc.yaml': `stages: {b: {cmd: "run \${lr}", deps: [../out], outs: [f], params: [lr]}}`,
      'features/params.yaml': 'lr: 2\n',
      'out/dvc.yaml': 'stages: {no: {cmd: x}}',
      'node_modules/p/dvc.yaml': 'stages: {no: {cmd: x}}',
      '.hidden/dvc.yaml': 'stages: {no: {cmd: x}}',
      'other/.git/HEAD': '',
      'other/pipeline.yaml': 'stages: {no: {cmd: x}}',
      'data/deep/dvc.yaml': 'stages: {no: {cmd: x}}',
      '.gitignore': '/data\n*.tmp\n',
    });
    expect(project.stages.map(({ name, group, wdir }) => [name, group, wdir])).toEqual([
      ['a', 'a', '.'],
      ['features:b', 'features:b', 'features'],
    ]);
    expect(project.stages[1]).toMatchObject({
      file: 'features/dvc.yaml',
      deps: [{ path: 'out' }],
      outs: [{ path: 'features/f' }],
      params: [{ file: 'features/params.yaml', keys: ['lr'] }],
      command: { lines: ['run 2'] },
    });
  });

  it('are found among a thousand files of data, with what the ignore files there say', () => {
    const data = (folder: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${folder}/${'image'.repeat(8)}-${i}`, '']));
    const project = load({
      'pipeline.yaml': 'stages: {a: {cmd: x}}',
      ...data('leaf'),
      'leaf/dvc.yaml': 'stages: {b: {cmd: x}}',
      ...data('ignored'),
      'ignored/dvc.yaml': 'stages: {no: {cmd: x}}',
      'ignored/.gitignore': 'dvc.yaml\n',
      ...data('upper'),
      'upper/lower/dvc.yaml': 'stages: {c: {cmd: x}}',
      ...data('own'),
      'own/.dvc/config': '',
      'own/dvc.yaml': 'stages: {no: {cmd: x}}',
    });
    expect(project.stages.map(({ name }) => name)).toEqual(['a', 'leaf:b', 'upper/lower:c']);
  });

  it('a file that is named stands alone, with a lock of its own', () => {
    const project = load(
      {
        'fast.yaml': 'stages: {a: {cmd: x}}',
        'pipeline.yaml': 'stages: {b: {cmd: x}}',
        'sub/dvc.yaml': 'stages: {c: {cmd: x}}',
      },
      { file: 'fast.yaml' },
    );
    expect([project.stages.map(({ name }) => name), project.lockFile]).toEqual([['a'], 'fast.lock']);
  });
});

describe('the top of the file', () => {
  it('keeps metrics, plots, params and artifacts', () => {
    const { topLevel } = loadText(
      'metrics: [m.json]\nparams: [p.yaml]\nplots: [a.csv, {ROC: {x: fpr, y: {r.csv: tpr}}}]\n' +
        'artifacts: {net: {path: m.bin, type: model, labels: [x]}}\nstages: {a: {cmd: x}}\n',
    );
    expect(topLevel).toEqual({
      metrics: ['m.json'],
      params: ['p.yaml'],
      plots: [
        { id: 'a.csv', folder: '.', options: {} },
        { id: 'ROC', folder: '.', options: { x: 'fpr', y: { 'r.csv': 'tpr' } } },
      ],
      artifacts: [
        { name: 'net', path: 'm.bin', type: 'model', desc: undefined, labels: ['x'], meta: undefined },
      ],
    });
  });
});
