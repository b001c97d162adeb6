import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFermentError } from '../../../../src/kit/index.ts';
import { buildGraph, loadProject, stageParams } from '../../../../src/runner/index.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

const root = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Pieces that YAML, templates, paths and JavaScript give a meaning to. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '${',
      '}',
      `\${a.b}`,
      '\\${',
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '<<: *a',
      '!!map ',
      '|',
      '>',
      '"',
      "'",
    ],
    ...[
      '\n',
      '\n  ',
      '\t',
      '#',
      '---\n',
      '...',
      '../',
      '/',
      '.git',
      '*',
      '?',
      '__proto__',
      'constructor',
      'null',
      '~',
    ],
    ...[
      '1e999',
      '.nan',
      '0x1',
      '-',
      ',',
      '%',
      '@',
      'foreach',
      'do',
      'matrix',
      'cmd',
      'vars',
      'stages',
      '\u0000',
      '\ud800',
    ],
  ),
  fc.string({ maxLength: 5 }),
);

/** A real text with a few stretches cut out or written over. */
function mutated(text: string): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(text.length), length: fc.nat(30), put: piece });
  return fc
    .array(cut, { minLength: 1, maxLength: 4 })
    .map((cuts) =>
      cuts.reduce((t, { at, length, put }) => t.slice(0, at) + put + t.slice(at + length), text),
    );
}

const dvc = `vars: [{x: 1}]
stages:
  a: {cmd: "run \${p.q}", deps: [src/*.py], outs: [o: {cache: false}], params: [p, f.yaml: [k]]}
  b: {matrix: {m: [1, 2], n: "\${list}"}, cmd: "echo \${item.m}", deps: [o], outs: ["b/\${key}"]}
  c: {foreach: "\${map}", do: {wdir: w, vars: [{y: 2}], cmd: ["a \${item}", "b \${y}"], plots: {n: {path: "../p/\${key}", x: t}}}}
`;
const dvcParams = 'p: {q: a b}\nlist: [r, {s: 1}]\nmap: &m {u: 1, v: 2}\nagain: {<<: *m}\n';

/** Loads, and accepts a project or one of the project's own errors; anything else fails the test. */
function attempt(
  cwd: string,
  files: Readonly<Record<string, string>>,
  overrides: readonly string[] = [],
): void {
  writeFiles(cwd, files);
  try {
    const project = loadProject({ cwd, overrides });
    buildGraph(project.stages);
    for (const stage of project.stages) stageParams(project.params, stage);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    expect(error.code).toMatch(/^BAD_(PIPELINE|PARAMS|GRAPH)$/);
    expect(error.message.length).toBeGreaterThan(10);
  }
}

describe('whatever the files hold, only a project or a FermentError comes out', () => {
  const run = (numRuns: number, files: fc.Arbitrary<Record<string, string>>): void => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'schemas/params.schema.json': read('schemas/params.schema.json'), 'f.yaml': 'k: 1\n' });
    fc.assert(
      fc.property(files, (each) => attempt(cwd, each)),
      { numRuns },
    );
  };

  it('arbitrary text', () => {
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    run(100, fc.record({ 'pipeline.yaml': text, 'params.yaml': text }));
  });

  it('a changed pipeline', () => {
    run(
      100,
      mutated(dvc).map((text) => ({ 'pipeline.yaml': text, 'params.yaml': dvcParams })),
    );
  });

  it('changed parameters', () => {
    run(
      60,
      mutated(dvcParams).map((text) => ({ 'pipeline.yaml': dvc, 'params.yaml': text })),
    );
  });

  it("this project's own files, changed", () => {
    const pipeline = read('pipeline.yaml');
    const params = read('params.yaml');
    run(12, fc.record({ 'pipeline.yaml': mutated(pipeline), 'params.yaml': mutated(params) }));
    run(
      12,
      mutated(params).map((text) => ({ 'pipeline.yaml': pipeline, 'params.yaml': text })),
    );
  });

  it('any schema', () => {
    const schema = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.record(
        {
          type: fc.constantFrom('object', 'string', ['x'], 3),
          properties: fc.dictionary(fc.constantFrom('p', 'list', 'q'), fc.jsonValue({ maxDepth: 1 })),
          additionalProperties: fc.jsonValue({ maxDepth: 1 }),
          pattern: fc.constantFrom('(', 'a'),
          required: fc.jsonValue({ maxDepth: 1 }),
        },
        { requiredKeys: [] },
      ),
    );
    const params = `# yaml-language-server: $schema=s.json\n${dvcParams}`;
    run(
      60,
      schema.map((each) => ({ 'pipeline.yaml': dvc, 'params.yaml': params, 's.json': JSON.stringify(each) })),
    );
  });

  it('changed TOML and Python parameters, data sets, DVC configuration and ignore files', () => {
    const pipeline = `vars: [v.toml, "v.py:K"]
datasets: [{name: d, type: dvc, url: u}]
stages:
  a: {cmd: "x \${t} \${raw:K}", deps: ["ds://d"], params: [p.toml: null, p.py: [A, M.u], v.py: []]}
`;
    const toml =
      't = {l = [1, 2.0, "x"], d = 2026-11-24, b = true}\n[a.b]\n"c d" = """x\ny"""\n[[e]]\nf = inf\n';
    const py = `import os
A: int = -1_0 # c
K = ('a' "\\x41", {1: [None, True], 'b': {2, 3}}, r'''x
y''')
class M(B):
    u = 0x1F; v = f"{u}"
    def __init__(self, a=[1]):
        self.w = 1e3
`;
    run(
      100,
      fc.record({
        'pipeline.yaml': fc.oneof({ weight: 4, arbitrary: fc.constant(pipeline) }, mutated(pipeline)),
        'v.toml': mutated(toml),
        'p.toml': mutated(toml),
        'v.py': mutated(py),
        'p.py': fc.oneof(
          mutated(py),
          fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
        ),
        '.dvc/config': mutated('[parsing]\n  bool = boolean_optional\n  list = append\n'),
        '.dvcignore': mutated('/data\n!a/b\n*.x/\n'),
        'sub/.gitignore': mutated('**/a[b]\n'),
        'sub/deep/dvc.yaml': fc.constant('stages: {s: {cmd: x}}'),
      }),
    );
  });

  it('any override', () => {
    const cwd = temporaryFolder();
    const override = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('p.q', 'list[0]', 'list[9]', 'map', '__proto__.x', 'new'), piece)
        .map((x) => x.join('=')),
    );
    fc.assert(
      fc.property(fc.array(override, { maxLength: 3 }), (overrides) => {
        attempt(cwd, { 'pipeline.yaml': dvc, 'params.yaml': dvcParams, 'f.yaml': 'k: 1\n' }, overrides);
      }),
      { numRuns: 60 },
    );
  });
});

describe('files that are made to hurt are refused at once', () => {
  const big = 'x'.repeat(1000);
  const lines = (first: string, next: (i: number) => string): string =>
    [first, ...Array.from({ length: 60 }, (_, i) => next(i))].join('\n');
  const hostile: Readonly<Record<string, () => string>> = {
    'p.yaml': () => `a: ${'['.repeat(20_000)}`,
    'p.json': () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    'p.toml': () => `a = ${'['.repeat(20_000)}`,
    'p.py': () => `A = ${'('.repeat(20_000)}${')'.repeat(20_000)}`,
    'q.py': () => Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}class C${i}:`).join('\n'),
    'bomb.yaml': () => lines('a0: &a0 [x]', (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
    'merge.yaml': () => lines('a0: &a0 {k: 1}', (i) => `a${i + 1}: &a${i + 1} {x: *a${i}, y: *a${i}}`),
    'huge.yaml': () => `a: ${big.repeat(100_000)}`,
    'huge.toml': () => `a = "${big.repeat(100_000)}"`,
    'huge.py': () => `a = "${big.repeat(100_000)}"`,
  };

  it.each(Object.entries(hostile))('%s', (name, text) => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { 'pipeline.yaml': `stages: {a: {cmd: x, params: [${name}: null]}}`, [name]: text() });
    const before = process.cpuUsage();
    let said = '';
    try {
      loadProject({ cwd });
    } catch (error) {
      if (!isFermentError(error)) throw error;
      said = error.message;
    }
    const { user, system } = process.cpuUsage(before);
    expect(said.slice(0, 200)).toMatch(/nested|levels deep|values once aliases|more than 8.0 MB/i);
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  it('a key __proto__ is data in every format, and changes nothing else', () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, {
      'pipeline.yaml':
        'stages: {a: {cmd: x, params: [a.yaml: null, b.json: null, c.toml: null, d.py: null]}}',
      'a.yaml': '__proto__: {polluted: 1}\n',
      'b.json': '{"__proto__": {"polluted": 1}}',
      'c.toml': '[__proto__]\npolluted = 1\n',
      'd.py': '__proto__ = {"polluted": 1}\nclass constructor:\n    __proto__ = 1.0\n',
    });
    const { params } = loadProject({ cwd });
    for (const file of ['a.yaml', 'b.json', 'c.toml', 'd.py'])
      expect(Object.keys(params.read(file)?.data ?? {})).toContain('__proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
