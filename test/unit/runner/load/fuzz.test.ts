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
