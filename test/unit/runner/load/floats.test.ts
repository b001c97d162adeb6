import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadProject, type Project, stageParams } from '../../../../src/runner/index.ts';
import { textOf, WholeFloat } from '../../../../src/runner/load/floats.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { load, loadText } from './project.ts';

function lines(project: Project): unknown[] {
  return project.stages.map(({ name, command }) => [name, command.kind === 'shell' ? command.lines[0] : '']);
}

describe('numbers in text', () => {
  // The right side is what DVC 3.67 gives.
  it.each([
    ['1', '1'],
    ['1.0', '1.0'],
    ['10.', '10.0'],
    ['.5', '0.5'],
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['1e3', '1000.0'],
    ['1.50', '1.5'],
    ['1e-5', '1e-05'],
    ['0.0001', '0.0001'],
    ['1e15', '1000000000000000.0'],
    ['1e16', '1e+16'],
    ['1.5e300', '1.5e+300'],
    ['5e-324', '5e-324'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['017', '17'],
    ['0x1F', '31'],
    ['0o17', '15'],
    ['0b11', '3'],
    ['-0x1F', '-31'],
    ['+0o17', '15'],
    ['1_000', '1000'],
    ['1_000.0', '1000.0'],
    ['1:30', '1:30'],
    ['True', 'true'],
    ['~', 'None'],
  ])('%s of a file becomes %s', (written, text) => {
    const project = loadText(
      `stages: {a: {cmd: "x \${v} y"}, b: {cmd: "x \${m}"}}`,
      `v: ${written}\nm: {k: [${written}]}\n`,
    );
    const inList = text === 'true' ? 'True' : text;
    expect(lines(project)).toEqual([
      ['a', `x ${text} y`],
      ['b', `x --k ${inList}`],
    ]);
  });

  it('are the shortest that give the number again', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = textOf(Number.isInteger(value) ? new WholeFloat(value) : value);
        expect(text).toMatch(/^-?(\d+\.\d+|\d(\.\d+)?e[-+]\d\d+)$/);
        expect(Object.is(Number(text), value)).toBe(true);
      }),
    );
  });

  it('stay floats in groups, stage names, vars, merges and overrides', () => {
    const project = load(
      {
        'pipeline.yaml': `vars: [v.json, {own: 3.0, deep: {b: 2.0}}]
stages:
  each: {foreach: "\${list}", do: {cmd: "x \${item}"}}
  keys: {foreach: {p: 1.0, q: 4}, do: {cmd: "x \${key} \${item}"}}
  grid: {matrix: {lr: [1.0, 2], n: "\${list}"}, cmd: "x \${item.lr} \${item.n} \${key}"}
  many: {cmd: "x \${own} \${deep.a} \${deep.b} \${merged.x} \${again} \${nested[0][1]} \${set} \${v}"}
`,
        'params.yaml':
          'list: [1.0, 2]\ndeep: {a: 1.0}\nbase: &b {x: 5.0}\nmerged: {<<: *b}\nagain: &f 6.0\nsame: *f\nnested: [[0, 7.0]]\nset: 0\n',
        'v.json': '{"v": 8.0}',
      },
      { overrides: ['set=9.0', 'deep.a=10.0'] },
    );
    expect(lines(project)).toEqual([
      ['each@1.0', 'x 1.0'],
      ['each@2', 'x 2'],
      ['keys@p', 'x p 1.0'],
      ['keys@q', 'x q 4'],
      ['grid@1.0-1.0', 'x 1.0 1.0 1.0-1.0'],
      ['grid@1.0-2', 'x 1.0 2 1.0-2'],
      ['grid@2-1.0', 'x 2 1.0 2-1.0'],
      ['grid@2-2', 'x 2 2 2-2'],
      ['many', 'x 3.0 10.0 2.0 5.0 6.0 7.0 9.0 8.0'],
    ]);
  });

  it('an item takes the place of a parameter of that name, whole or not', () => {
    const project = loadText(
      `stages: {a: {foreach: [1, 2.0], do: {cmd: "x \${item}"}}}`,
      'item: 3.0\nother: 1.0\n',
    );
    expect(lines(project)).toEqual([
      ['a@1', 'x 1'],
      ['a@2.0', 'x 2.0'],
    ]);
  });

  it('stay floats with a schema and from the cache of parsed files', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.ferment'));
    writeFiles(cwd, {
      'pipeline.yaml': `stages: {a: {matrix: {n: [1.0, -0.0]}, cmd: "x \${lr} \${l[0]} \${item.n}"}}`,
      'params.yaml': '# yaml-language-server: $schema=s.json\nlr: 1.0\nl: [-0.0]\n',
      's.json': '{"properties": {"other": {"default": 1}}}',
    });
    const first = lines(loadProject({ cwd }));
    expect(first).toEqual([
      ['a@1.0', 'x 1.0 -0.0 1.0'],
      ['a@-0.0', 'x 1.0 -0.0 -0.0'],
    ]);
    expect(existsSync(join(cwd, '.ferment/parsed.json'))).toBe(true);
    rmSync(join(cwd, '.ferment/loaded.json'));
    expect(lines(loadProject({ cwd }))).toEqual(first);
  });

  it('a cache whose marks are damaged is not used', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.ferment'));
    writeFiles(cwd, { 'pipeline.yaml': `stages: {a: {cmd: "x \${lr}"}}`, 'params.yaml': 'lr: 1.0\n' });
    const first = lines(loadProject({ cwd }));
    const cache = join(cwd, '.ferment/parsed.json');
    for (const marks of ['[["lr"]]', '7', '[[["lr","x"],"1.0"]]', '[[[],"1.0"]]', '[null]']) {
      const damaged = readFileSync(cache, 'utf8').replace('[[["lr"],"1.0"]]', marks);
      writeFiles(cwd, { '.ferment/parsed.json': damaged });
      rmSync(join(cwd, '.ferment/loaded.json'));
      expect(loadProject({ cwd }).stages).toHaveLength(1);
    }
    expect(first).toEqual([['a', 'x 1.0']]);
  });

  it('are plain numbers as inputs: 1 and 1.0 are the same parameter', () => {
    const of = (text: string): unknown => {
      const { params, stages } = loadText('stages: {a: {cmd: x, params: [lr]}}', text);
      return stages[0] && JSON.stringify(stageParams(params, stages[0]));
    };
    expect(of('lr: 1.0\n')).toBe(of('lr: 1\n'));
    expect(of('lr: {a: [1.0]}\n')).toBe(of('lr: {a: [1]}\n'));
  });
});
