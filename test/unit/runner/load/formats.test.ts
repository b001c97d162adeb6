import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadProject, stageParams } from '../../../../src/runner/index.ts';
import { refuseMissingParams } from '../../../../src/runner/load/check-params.ts';
import { parsePython } from '../../../../src/runner/load/python/parse-python.ts';
import { parseToml } from '../../../../src/runner/load/toml-data.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { failure, load } from './project.ts';

function python(text: string): unknown {
  const { data, problems } = parsePython(text);
  expect(problems).toEqual([]);
  return data;
}

/** JSON as Python writes it. */
function literal(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return Number(value).toExponential();
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`)}}`;
}

describe('a Python file', () => {
  it.each([
    ['X = 1', 1],
    ['X: int = 1', 1],
    ['X = 0xFF; Y = 2', 255],
    ['X = 1_000', 1000],
    ['X = -5', -5],
    ['X = -(2.5)', -2.5],
    ['X = 1e-3', 0.001],
    ['X = 1e999', 'inf'],
    ['X = 123456789012345678901', '123456789012345678901'],
    ['X = True', true],
    ['X = None', null],
    [`X = 'a' "b" '''c\nd'''`, 'abc\nd'],
    [
      String.raw`X = 'tab\t\x41\u00e9\101\q\
end'`,
      'tab\tAéA\\qend',
    ],
    [String.raw`X = r'\d'`, String.raw`\d`],
    ['X = 1, "b",', [1, 'b']],
    ['X = (1)', 1],
    ['X = (1,)', [1]],
    ['X = ()', []],
    ['X = {3, 1, 1}', [1, 3]],
    ['X = set()', []],
    ['X = [\n  1, # one\n\n  [2],\n]', [1, [2]]],
    ['X = \\\n  7', 7],
    ['X = {"a": {"b": [1]}, 3: None, True: 0}', { a: { b: [1] }, 3: null, True: 0 }],
    ['X = 1\nX = 2', 2],
    ['self.X = 9', 9],
    ['X = {"__proto__": 1}', JSON.parse('{"__proto__": 1}')],
  ])('%s is a literal', (text, value) => {
    expect(Object.getOwnPropertyDescriptor(python(text), 'X')?.value).toEqual(value);
  });

  it.each([
    'X = 2 * 3',
    'X = f()',
    'X = Y',
    'X = f"{a}"',
    'X = "a" f"b"',
    'X = b"a"',
    'X = 1 + 2j',
    'X = [i for i in y]',
    'X = {**y}',
    'X = [*y]',
    'X = 1 if y else 2',
    'X = Y = 1',
    'X, Y = 1, 2',
    'X[0] = 1',
    'X.y = 1',
    'X += 1',
    'X: int',
    'X = --1',
    'X = -True',
    'X = ...',
    'X = "\\N{BULLET}"',
    'X = [1 2]',
    'if y:\n  X = 1',
    'def f(X=1):\n  X = 1',
    'async def __init__(self):\n  self.X = 1',
    'for X in y: X = 1',
  ])('%s is passed over', (text) => {
    expect(python(`${text}\nZ = 1\n`)).toEqual({ Z: 1 });
  });

  it('has classes as mappings, with what __init__ gives to self', () => {
    const text = `@decorate(x=1)
class Model(Base, metaclass=M):
    """A text with 'quotes'."""
    units = 64
    class Inner: z = 'deep'; y = 1
    def __init__(self, units: dict[str, int] = {}) -> None:
        self.hidden: int = 128
        local = 3
        if local:
            self.no = 1
    def other(self):
        self.no = 1
class Empty(object): pass
LAST = 1
`;
    expect(python(text)).toEqual({
      Model: { units: 64, Inner: { z: 'deep', y: 1 }, hidden: 128 },
      Empty: {},
      LAST: 1,
    });
  });

  it.each([
    ['X = [1', 'This bracket is never closed', 4],
    ['X = "a\n', 'This text is never closed', 4],
    ['X = 1)\n', "This ')' closes no bracket", 5],
    ['if x:\n    y\n  z\n', 'indented as no block', 14],
    [`X = ${'['.repeat(500)}${']'.repeat(500)}`, 'Nested more than 100 levels', 105],
  ])('%s is no Python', (text, message, start) => {
    expect(parsePython(text).problems).toMatchObject([{ message: expect.stringContaining(message), start }]);
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b c', 'π'), fc.jsonValue({ maxDepth: 4 })), (value) => {
        const text = `X = ${literal(value)}`;
        const back = (python(text) as { X?: unknown }).X;
        expect(JSON.stringify(back)).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('a TOML file', () => {
  it('has tables, dates as texts, and floats that stay floats', () => {
    const text =
      'a = 1\nf = 1.0\nbig = 9223372036854775807\ni = inf\nd = 2026-11-24\n[t.u]\nl = [{x = 1}, {}]\n';
    expect(parseToml(text)).toEqual({
      data: {
        a: 1,
        f: 1,
        big: '9223372036854775807',
        i: 'inf',
        d: '2026-11-24',
        t: { u: { l: [{ x: 1 }, {}] } },
      },
      problems: [],
    });
  });

  it('takes __proto__ as any other key', () => {
    const { data } = parseToml('[__proto__]\nx = 1\n');
    expect(Object.keys(data ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('is refused when it is nested too deeply, at once', () => {
    const dotted = `${Array(5000).fill('a').join('.')} = 1`;
    for (const text of [`a = ${'['.repeat(5000)}`, dotted, `[${Array(5000).fill('a').join('.')}]`])
      expect(parseToml(text).problems).toHaveLength(1);
  });
});

describe('TOML and Python as parameter files', () => {
  const files = {
    'pipeline.yaml': `vars: [v.toml, "v.py:K"]
stages:
  a:
    cmd: x \${t.lr} \${K}
    params: [cfg.toml: [m.units], train.py: [LR, Model.units], whole.py: null]
`,
    'v.toml': '[t]\nlr = 1.0\n',
    'v.py': 'K = 2.0\nJ = 1\n',
    'cfg.toml': '[m]\nunits = 5\n',
    'train.py': 'import os\nLR = 0.1\nclass Model:\n    units = 64\n',
    'whole.py': 'A = (1, 2)\n',
  };

  it('give params and vars, also from the cache of parsed files', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.ferment'));
    writeFiles(cwd, files);
    for (const _ of [1, 2]) {
      const { stages, params } = loadProject({ cwd });
      const [stage] = stages;
      expect(stage?.command).toEqual({ kind: 'shell', lines: ['x 1.0 2.0'] });
      expect(stage && stageParams(params, stage)).toMatchObject({
        'cfg.toml': { 'm.units': 5 },
        'train.py': { LR: 0.1, 'Model.units': 64 },
      });
      expect(params.read('whole.py')?.data).toEqual({ A: [1, 2] });
    }
  });

  it('point at what is wrong in them', () => {
    const bad = { ...files, 'cfg.toml': '[m]\nunits = \n', 'train.py': 'LR = 0.1\nX = [1\n' };
    expect(failure(() => load(bad))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      cfg.toml:2:9 Not valid TOML: invalid value.
        2 | units = 
          |         ^

      train.py:2:5 Not valid Python: This bracket is never closed: '['.
        2 | X = [1
          |     ^"
    `);
    const { missingParams } = load({ ...files, 'train.py': 'LR = g()\n' });
    expect(failure(() => refuseMissingParams(missingParams, ['a']))).toMatchInlineSnapshot(`
      "BAD_PIPELINE
      pipeline.yaml:5:46 Stage 'a' declares the parameter 'LR', but train.py has no 'LR'.
        5 |     params: [cfg.toml: [m.units], train.py: [LR, Model.units], whole.py: null]
          |                                              ^^

      pipeline.yaml:5:50 Stage 'a' declares the parameter 'Model.units', but train.py has no 'Model'.
        5 |     params: [cfg.toml: [m.units], train.py: [LR, Model.units], whole.py: null]
          |                                                  ^^^^^^^^^^^"
    `);
  });

  it('may be set with -S', () => {
    const { params } = load(files, { overrides: ['train.py:Model.units=3', 'cfg.toml:m.units=4'] });
    expect(params.read('train.py')?.data).toEqual({ LR: 0.1, Model: { units: 3 } });
    expect(params.read('cfg.toml')?.data).toEqual({ m: { units: 4 } });
  });
});
