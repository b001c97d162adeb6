import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject } from '../../../../src/runner/index.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { failure, load, loadText } from './project.ts';

const schema = JSON.stringify({
  type: 'object',
  additionalProperties: false,
  required: ['train'],
  properties: {
    seed: { type: 'integer', minimum: 0 },
    train: {
      type: 'object',
      additionalProperties: false,
      required: ['epochs'],
      properties: { learningRate: { type: 'number', exclusiveMinimum: 0 }, epochs: { type: 'integer' } },
    },
  },
});

describe('what is wrong is said at its place', () => {
  it('unknown keys and wrong types, all at once', () => {
    const text = `stages:
  train:
    cmd: python train.py
    dep: [src]
    outs:
    - model.bin: {cahce: false}
    frozen: 3
    resources: {gpu: 1, memory: lots}
  empty: {}
stagse: {}
`;
    expect(failure(() => loadText(text))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:4:5 Unknown key 'dep' in 'stages.train'.
        4 |     dep: [src]
          |     ^^^
        Did you mean 'deps'?

      pipeline.yaml:6:19 Unknown key 'cahce' in 'stages.train.outs[0].model.bin'.
        6 |     - model.bin: {cahce: false}
          |                   ^^^^^
        Did you mean 'cache'?

      pipeline.yaml:7:13 'stages.train.frozen' must be true or false. Received: 3
        7 |     frozen: 3
          |             ^

      pipeline.yaml:8:17 Unknown key 'gpu' in 'stages.train.resources'.
        8 |     resources: {gpu: 1, memory: lots}
          |                 ^^^
        Did you mean 'gpus'?

      pipeline.yaml:8:33 'stages.train.resources.memory' must be a size such as 4GB, or bytes. Received: "lots"
        8 |     resources: {gpu: 1, memory: lots}
          |                                 ^^^^

      pipeline.yaml:10:1 Unknown key 'stagse'.
        10 | stagse: {}
           | ^^^^^^
        Did you mean 'stages'?"
    `);
  });

  it('keys and templates of one file together, also of stages without an unknown key', () => {
    const text = `stages:
  a: {cmd: "echo \${nope}", dep: [x]}
  b: {cmd: "echo \${other}", outs: ["\${neither}"]}
  c: {}
  d: 3
  # What their own names may be is not known.
  e: {foreach: [1], do: {cmd: "echo \${item}", oot: [x]}}
`;
    expect(failure(() => loadText(text))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:18 There is no value 'nope' for \${nope}.
        2 |   a: {cmd: "echo \${nope}", dep: [x]}
          |                  ^^^^^^^
        Write \\\${nope} if it is meant for the shell.

      pipeline.yaml:2:28 Unknown key 'dep' in 'stages.a'.
        2 |   a: {cmd: "echo \${nope}", dep: [x]}
          |                            ^^^
        Did you mean 'deps'?

      pipeline.yaml:3:18 There is no value 'other' for \${other}.
        3 |   b: {cmd: "echo \${other}", outs: ["\${neither}"]}
          |                  ^^^^^^^^
        Write \\\${other} if it is meant for the shell.

      pipeline.yaml:3:37 There is no value 'neither' for \${neither}.
        3 |   b: {cmd: "echo \${other}", outs: ["\${neither}"]}
          |                                     ^^^^^^^^^^

      pipeline.yaml:4:3 Stage 'c' has neither 'cmd' nor 'module'.
        4 |   c: {}
          |   ^
        Add cmd: with a command line, or module: with a program such as stages/train.ts.

      pipeline.yaml:5:6 'stages.d' must be a mapping. Received: 3
        5 |   d: 3
          |      ^

      pipeline.yaml:7:47 Unknown key 'oot' in 'stages.e.do'.
        7 |   e: {foreach: [1], do: {cmd: "echo \${item}", oot: [x]}}
          |                                               ^^^
        Known keys: desc, cmd, module, wdir, deps, outs, metrics, plots, params, env, vars, resources, timeout, retries, executor, checkpoints, frozen, always_changed, graph, meta."
    `);
    const unclear = `vars: 3\nstages: {a: {cmd: "echo \${nope}"}}\n`;
    expect(failure(() => loadText(unclear))).not.toContain('nope}.');
  });

  it('what only the whole stage shows', () => {
    const text = `stages:
  nothing: {desc: No command}
  both: {cmd: x, module: y.ts}
  names: {cmd: x, outs: {a: x}, metrics: {a: y}}
  out: {cmd: x, outs: [../model.bin]}
  params: {cmd: x, params: [trian, train.lr, other.yaml: [x]], resources: {memory: "\${size}"}}
`;
    expect(failure(() => loadText(text, 'train: {learningRate: 1}\nsize: huge\n'))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:3 Stage 'nothing' has neither 'cmd' nor 'module'.
        2 |   nothing: {desc: No command}
          |   ^^^^^^^
        Add cmd: with a command line, or module: with a program such as stages/train.ts.

      pipeline.yaml:3:18 Stage 'both' has both 'cmd' and 'module'; one of them is wanted.
        3 |   both: {cmd: x, module: y.ts}
          |                  ^^^^^^

      pipeline.yaml:5:24 The out '../model.bin' cannot be used: it is outside of the project.
        5 |   out: {cmd: x, outs: [../model.bin]}
          |                        ^^^^^^^^^^^^

      pipeline.yaml:6:84 'resources.memory' must be a size such as 4GB, or bytes. Received: "huge"
        6 |   params: {cmd: x, params: [trian, train.lr, other.yaml: [x]], resources: {memory: "\${size}"}}
          |                                                                                    ^^^^^^^^^"
    `);
  });

  it('numbers where a text is meant, written so or by a template', () => {
    const text = `stages:
  one: {cmd: a, deps: ["\${year}"], outs: ["\${year}"], metrics: ["./\${year}"]}
  two: {cmd: a, outs: [{"\${year}": {cache: false}}], plots: {a: "\${isFinal}"}}
`;
    expect(failure(() => loadText(text, 'year: 2024\nisFinal: true\n'))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:24 'deps[0]' must be text that is not empty. Received: 2024
        2 |   one: {cmd: a, deps: ["\${year}"], outs: ["\${year}"], metrics: ["./\${year}"]}
          |                        ^^^^^^^^^
        A template that is a whole text keeps the type of its value. For a path write ./\${year}, or write the value in quotes where it stands.

      pipeline.yaml:2:43 'outs[0]' must be a path, or {path: options}. Received: 2024
        2 |   one: {cmd: a, deps: ["\${year}"], outs: ["\${year}"], metrics: ["./\${year}"]}
          |                                           ^^^^^^^^^
        A template that is a whole text keeps the type of its value. For a path write ./\${year}, or write the value in quotes where it stands.

      pipeline.yaml:3:65 'plots.a' must be a path, or a mapping with path. Received: true
        3 |   two: {cmd: a, outs: [{"\${year}": {cache: false}}], plots: {a: "\${isFinal}"}}
          |                                                                 ^^^^^^^^^^^^
        A template that is a whole text keeps the type of its value. For a path write ./\${isFinal}, or write the value in quotes where it stands."
    `);
    expect(
      failure(() => loadText('stages: {one: {cmd: a, deps: [2024], outs: [1.5]}}\n')),
    ).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:1:31 'stages.one.deps[0]' must be text that is not empty. Received: 2024
        1 | stages: {one: {cmd: a, deps: [2024], outs: [1.5]}}
          |                               ^^^^
        Write it in quotes, so that it is text.

      pipeline.yaml:1:45 'stages.one.outs[0]' must be a path, or {path: options}. Received: 1.5
        1 | stages: {one: {cmd: a, deps: [2024], outs: [1.5]}}
          |                                             ^^^
        Write it in quotes, so that it is text."
    `);
  });

  it('templates that cannot be filled', () => {
    const text = `stages:
  one:
    cmd: >-
      python train.py --lr \${train.lr}
      --home \${HOME} \${not a key!}
    deps: ["data/\${train}.csv"]
  two:
    foreach: \${configs}
    do: {cmd: "echo \${item}"}
  three:
    foreach: [a, b]
    do: {cmd: "echo \${itme}"}
`;
    expect(failure(() => loadText(text, 'train: {lrate: 1}\n'))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:4:28 There is no value 'lr' in 'train' for \${train.lr}.
        4 |       python train.py --lr \${train.lr}
          |                            ^^^^^^^^^^^
        Known there: lrate.

      pipeline.yaml:5:14 There is no value 'HOME' for \${HOME}.
        5 |       --home \${HOME} \${not a key!}
          |              ^^^^^^^
        Write \\\${HOME} if it is meant for the shell.

      pipeline.yaml:5:22 There is no value 'not a key!' for \${not a key!}.
        5 |       --home \${HOME} \${not a key!}
          |                      ^^^^^^^^^^^^^
        Write \\\${not a key!} if it is meant for the shell.

      pipeline.yaml:6:18 \${train} is a mapping, which cannot stand inside a text.
        6 |     deps: ["data/\${train}.csv"]
          |                  ^^^^^^^^
        Name one value in it, or let the template be the whole text.

      pipeline.yaml:8:14 There is no value 'configs' for \${configs}.
        8 |     foreach: \${configs}
          |              ^^^^^^^^^^
        Known there: train.

      pipeline.yaml:12:21 There is no value 'itme' for \${itme}.
        12 |     do: {cmd: "echo \${itme}"}
           |                     ^^^^^^^
        Did you mean 'item'?"
    `);
  });

  it('parameters against their schema, in whichever text gave them', () => {
    const files = {
      'pipeline.yaml': 'stages: {a: {cmd: x}}',
      'schema.json': schema,
      'params.yaml': '# yaml-language-server: $schema=schema.json\nseed: 1.5\ntrain: {learningRate: 1}\n',
      'over.yaml': 'train:\n  learningrate: 0.1\n',
    };
    const found = failure(() =>
      load(files, { paramsFiles: ['over.yaml'], overrides: ['train.learningRate=-1', 'sede=3'] }),
    );
    expect(found).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:1 Unknown key 'sede'.
        1 | sede=3
          | ^^^^
        Did you mean 'seed'?

      -S:1:20 'train.learningRate' must be a number above 0. Received: -1
        1 | train.learningRate=-1
          |                    ^^

      params.yaml:2:7 'seed' must be a whole number of at least 0. Received: 1.5
        2 | seed: 1.5
          |       ^^^

      over.yaml:1:1 The key 'epochs' is missing in 'train'.
        1 | train:
          | ^^^^^

      over.yaml:2:3 Unknown key 'learningrate' in 'train'.
        2 |   learningrate: 0.1
          |   ^^^^^^^^^^^^
        Did you mean 'learningRate'?"
    `);
  });

  it('a schema that is not there, or none', () => {
    const params = '# yaml-language-server: $schema=no.json\na: 1\n';
    expect(failure(() => loadText('stages: {}', params))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:33 The schema no.json does not exist.
        1 | # yaml-language-server: $schema=no.json
          |                                 ^^^^^^^
        Correct the path or remove the line."
    `);
    const files = { 'pipeline.yaml': 'stages: {}', 'no.json': '{"type": "objekt"}', 'params.yaml': params };
    expect(failure(() => load(files))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:33 The schema is not valid: type must be JSONType or JSONType[]: objekt
        1 | # yaml-language-server: $schema=no.json
          |                                 ^^^^^^^"
    `);
  });

  it('YAML that is none, with the usual reason', () => {
    expect(
      failure(() => loadText(`stages:\n  a:\n    cmd: x\n    outs: [a/\${x}]\n`, 'x: 1\n')),
    ).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:4:12 Not valid YAML: Missing , or : between flow sequence items.
        4 |     outs: [a/\${x}]
          |            ^^^^^^
        Inside [ ] and { } a text that holds \${…} needs quotes: "a/\${x}""
    `);
    const inner = `stages:\n  a: {cmd: echo "\${x}"}\n`;
    expect(failure(() => loadText(inner, 'x: 1\n'))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:18 Not valid YAML: Unexpected flow-map-start at node end.
        2 |   a: {cmd: echo "\${x}"}
          |                  ^^^^
        Inside [ ] and { } a text that holds \${…} needs quotes around all of it."
    `);
    const mapping = `stages:\n  a: {cmd: x, deps: {in: \${x}}, outs: [b]}\n  b: {cmd: y, deps: {in: \${x}.csv}}\n`;
    expect(failure(() => loadText(mapping, 'x: 1\n'))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:26 Not valid YAML: Unexpected flow-map-start at node end.
        2 |   a: {cmd: x, deps: {in: \${x}}, outs: [b]}
          |                          ^^^^
        Inside [ ] and { } a text that holds \${…} needs quotes: "\${x}""
    `);
    expect(failure(() => loadText('stages:\n\ta: {cmd: x}\n'))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:1 Not valid YAML: Tabs are not allowed as indentation.
        2 | 	a: {cmd: x}
          | ^
        Indent with spaces; YAML allows no tabs there."
    `);
    expect(failure(() => loadText('stages: {a: {cmd: x}}\n', 'a: b: c\nd: [*.py]\n'))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:4 Not valid YAML: Nested mappings are not allowed in compact mappings.
        1 | a: b: c
          |    ^
        A text that holds ': ' needs quotes around all of it, or stands on lines of its own below '|'."
    `);
    expect(failure(() => loadText('stages: {a: {cmd: x}}\n', 'd: [*.py]\n'))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:5 There is no anchor &.py for the alias *.py.
        1 | d: [*.py]
          |     ^^^^
        A text that begins with * needs quotes: "*.py""
    `);
  });

  it('YAML that is indented too little or too much', () => {
    const said = (lines: string): string => failure(() => loadText(`stages:\n  a:\n${lines}`));
    expect(said('   cmd: x\n    outs: [z]\n')).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:3:9 Not valid YAML: Nested mappings are not allowed in compact mappings.
        3 |    cmd: x
          |         ^
        Keys of one mapping begin in the same column: the next line is indented further."
    `);
    expect(said('    cmd: x\n    deps: [a,\n  b]\n')).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:5:3 Not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].
        5 |   b]
          |   ^
        Close it with ]; all its lines must be indented further than the key that it belongs to."
    `);
    expect(said('    cmd: "x\n  y"\n')).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:3:12 Not valid YAML: The closing quote is missing.
        3 |     cmd: "x
          |            ^
        Close the text with the quote that opens it; all its lines must be indented further than the key that it belongs to."
    `);
  });

  it('keys that stand twice, and tags', () => {
    const params = 'a: 1\nb: !!binary aGk=\na: 2\nc: !mine x\n';
    expect(failure(() => loadText('stages: {a: {cmd: x}}', params))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:4:4 Tags are not supported. Received: !mine
        4 | c: !mine x
          |    ^^^^^
        Write plain values; quote a text that starts with !."
    `);
    const twice = 'a: 1\nlist: [{x: 1, x: 2}]\na: 2\n';
    expect(failure(() => loadText('stages: {a: {cmd: x}}', twice))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:2:15 The key 'x' stands here twice.
        2 | list: [{x: 1, x: 2}]
          |               ^
        Remove or rename one of them.

      params.yaml:3:1 The key 'a' stands here twice.
        3 | a: 2
          | ^
        Remove or rename one of them."
    `);
  });

  it('aliases that stand for billions, or for themselves', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(failure(() => loadText('stages: {a: {cmd: x}}', bomb.join('\n')))).toContain(
      'More than 1000000 values',
    );
    expect(failure(() => loadText('stages: {a: {cmd: x}}', 'a: &a [*a]\n'))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:8 The alias *a stands inside of the value that it repeats.
        1 | a: &a [*a]
          |        ^^"
    `);
    expect(
      failure(() => loadText('stages: {a: {cmd: x}}', `a: ${'['.repeat(300)}${']'.repeat(300)}`)),
    ).toContain('Nested more than 100 levels deep.');
  });

  it('mistakes in the pipeline and in the parameters, together', () => {
    const files = {
      'pipeline.yaml': 'stages: {a: {cmd: x, dep: []}}',
      'schema.json': schema,
      'params.yaml': '# yaml-language-server: $schema=schema.json\ntrain: {epochs: many}\n',
    };
    expect(failure(() => load(files))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      params.yaml:2:17 'train.epochs' must be a whole number. Received: "many"
        2 | train: {epochs: many}
          |                 ^^^^

      pipeline.yaml:1:22 Unknown key 'dep' in 'stages.a'.
        1 | stages: {a: {cmd: x, dep: []}}
          |                      ^^^
        Did you mean 'deps'?"
    `);
  });

  it('an alias without an anchor, which is no missing value too', () => {
    const text = 'stages:\n  a: {cmd: x, deps: [*.py, s.txt], params: *p, dep: [x]}\n';
    expect(failure(() => loadText(text))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:2:22 There is no anchor &.py for the alias *.py.
        2 |   a: {cmd: x, deps: [*.py, s.txt], params: *p, dep: [x]}
          |                      ^^^^
        A text that begins with * needs quotes: "*.py"

      pipeline.yaml:2:44 There is no anchor &p for the alias *p.
        2 |   a: {cmd: x, deps: [*.py, s.txt], params: *p, dep: [x]}
          |                                            ^^
        A text that begins with * needs quotes: "*p"

      pipeline.yaml:2:48 Unknown key 'dep' in 'stages.a'.
        2 |   a: {cmd: x, deps: [*.py, s.txt], params: *p, dep: [x]}
          |                                                ^^^
        Did you mean 'deps'?"
    `);
  });

  it('mistakes in all parameter files that the pipeline names, beside its own', () => {
    const files = {
      'pipeline.yaml': `
vars: ["v.yaml:a", "\${x}.yaml"]
stages:
  a: {cmd: x, dep: [y], params: [p.yaml: [a], none.yaml: [b]]}
  b: {foreach: [1], do: {cmd: x, wdir: sub, vars: [w.toml]}}
`,
      'params.yaml': 'a: 1\na: 2\n',
      'v.yaml': 'a: [\n',
      'p.yaml': 'k: 1\nk: 2\n',
      'sub/w.toml': 'a = \n',
      'o.yaml': 'a: 1\n',
    };
    expect(failure(() => load(files, { overrides: ['o.yaml:b=1', 'c=1'] }))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      params.yaml:2:1 The key 'a' stands here twice.
        2 | a: 2
          | ^
        Remove or rename one of them.

      pipeline.yaml:4:15 Unknown key 'dep' in 'stages.a'.
        4 |   a: {cmd: x, dep: [y], params: [p.yaml: [a], none.yaml: [b]]}
          |               ^^^
        Did you mean 'deps'?

      v.yaml:2:1 Not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].
        2 | 
          | ^
        Close it with ]; all its lines must be indented further than the key that it belongs to.

      p.yaml:2:1 The key 'k' stands here twice.
        2 | k: 2
          | ^
        Remove or rename one of them.

      sub/w.toml:1:5 Not valid TOML: invalid value.
        1 | a = 
          |     ^

      -S:1:8 There is no parameter 'b'.
        1 | o.yaml:b=1
          |        ^
        Did you mean 'a'?"
    `);
    const templates = { ...files, 'pipeline.yaml': `stages: {a: {cmd: "x \${y}", params: [p.yaml: [k]]}}` };
    expect(failure(() => load({ ...templates, 'params.yaml': '' }))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:1:22 There is no value 'y' for \${y}.
        1 | stages: {a: {cmd: "x \${y}", params: [p.yaml: [k]]}}
          |                      ^^^^
        Write \\\${y} if it is meant for the shell.

      p.yaml:2:1 The key 'k' stands here twice.
        2 | k: 2
          | ^
        Remove or rename one of them."
    `);
  });

  it('an item that a list does not have', () => {
    const files = {
      'pipeline.yaml': `stages: {a: {cmd: "x \${l[2]} \${m.k[0].x}"}, b: {cmd: x, params: ["l[2]"]}}`,
      'params.yaml': 'l: [1, 2]\nm: {k: []}\n',
    };
    expect(failure(() => load(files))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:1:22 There is no value '[2]' in 'l' for \${l[2]}.
        1 | stages: {a: {cmd: "x \${l[2]} \${m.k[0].x}"}, b: {cmd: x, params: ["l[2]"]}}
          |                      ^^^^^^^

      pipeline.yaml:1:30 There is no value '[0]' in 'm.k' for \${m.k[0].x}.
        1 | stages: {a: {cmd: "x \${l[2]} \${m.k[0].x}"}, b: {cmd: x, params: ["l[2]"]}}
          |                              ^^^^^^^^^^^"
    `);
    const pipeline = 'stages: {b: {cmd: x, params: ["l[2]"]}}';
    const { missingParams } = load({ ...files, 'pipeline.yaml': pipeline });
    expect([...missingParams].map(([, [one]]) => one?.message)).toMatchInlineSnapshot(`
      [
        "Stage 'b' declares the parameter 'l[2]', but params.yaml has no '[2]' in 'l'.",
      ]
    `);
    expect(failure(() => load(files, { overrides: ['l[2]=1'] }))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:1 'l' is a list of 2, so 'l[2]' cannot be set in it.
        1 | l[2]=1
          | ^^^^"
    `);
  });

  it('a command that no system can start', () => {
    const files = { 'pipeline.yaml': `stages: {a: {cmd: "x \${t}"}}`, 'params.yaml': 't: "a\\0b"\n' };
    expect(failure(() => load(files))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:1:19 The command holds a NUL character, which no command can.
        1 | stages: {a: {cmd: "x \${t}"}}
          |                   ^^^^^^^^"
    `);
  });

  it('a parameter file that cannot be parsed, without what follows from it', () => {
    const files = {
      'pipeline.yaml': `stages: {a: {cmd: "x \${train.lr}", params: [train]}}`,
      'schema.json': schema,
      'params.yaml': '# yaml-language-server: $schema=schema.json\ntrain: [1\n',
    };
    expect(failure(() => load(files, { overrides: ['train.epochs=1'] }))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:3:1 Not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].
        3 | 
          | ^
        Close it with ]; all its lines must be indented further than the key that it belongs to."
    `);
  });

  it('files of a kind that is not read', () => {
    const text = 'vars: [a.ini]\nstages: {a: {cmd: x, params: [b.xml: [x]]}}';
    expect(
      failure(() => load({ 'pipeline.yaml': text, 'a.ini': 'x = 1', 'b.xml': '<x/>' })),
    ).toMatchInlineSnapshot(`
      "BAD_PARAMS
      a.ini:1:1 A parameter file must be YAML, JSON, TOML or Python (.yaml, .yml, .json, .toml, .py).
        Give it the ending of its format.

      b.xml:1:1 A parameter file must be YAML, JSON, TOML or Python (.yaml, .yml, .json, .toml, .py).
        Give it the ending of its format."
    `);
  });

  it('overrides', () => {
    const files = { 'pipeline.yaml': 'stages: {a: {cmd: x}}', 'params.yaml': 'train: {lr: 1}\n' };
    const said = (argument: string): string => failure(() => load(files, { overrides: [argument] }));
    expect(said('train.l=2')).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:1 There is no parameter 'train.l'.
        1 | train.l=2
          | ^^^^^^^
        Did you mean 'lr'?"
    `);
    expect(said('train.lr.x=2')).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:1 'train.lr' is no mapping, so 'train.lr.x' cannot be set in it.
        1 | train.lr.x=2
          | ^^^^^^^^^^"
    `);
    expect(said('othr.yaml:x=2')).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:11 There is no parameter file 'othr.yaml'.
        1 | othr.yaml:x=2
          |           ^"
    `);
    expect(said('nothing')).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:1 An override must be key=value or file:key=value. Received: nothing
        1 | nothing
          | ^^^^^^^
        For example: -S train.learningRate=0.01"
    `);
    expect(said('train.lr=[1')).toMatchInlineSnapshot(`
      "BAD_PARAMS
      -S:1:12 Not valid YAML: Flow sequence must end with a ].
        1 | train.lr=[1
          |            ^"
    `);
  });

  it('a file that is too large, no text, or no file', () => {
    expect(
      failure(() => loadText('stages: {a: {cmd: x}}', `a: "${'x'.repeat(8_000_000)}"`)),
    ).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:1 The file cannot be used: it has 8.0 MB, more than 8.0 MB."
    `);
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'pipeline.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    expect(failure(() => loadProject({ cwd }))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:1:1 The file cannot be used: it is not UTF-8 text."
    `);
    writeFiles(cwd, { 'pipeline.yaml': 'stages: {}', 'params.yaml/x': '' });
    expect(failure(() => loadProject({ cwd, paramsFiles: ['no.yaml'] }))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      params.yaml:1:1 The file cannot be used: it is no regular file.

      no.yaml:1:1 This parameter file, named with --params, does not exist."
    `);
  });
});
