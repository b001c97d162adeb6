import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProject, paramValue, stageParams } from '../../../../src/runner/index.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';
import { failure, load } from './project.ts';

const pipeline = 'stages: {a: {cmd: x, params: [train]}}';
const schema = JSON.stringify({
  type: 'object',
  additionalProperties: false,
  properties: {
    train: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: { lr: { type: 'number', default: 0.1 }, opt: { enum: ['adam', 'sgd'], default: 'adam' } },
    },
  },
});
const modeline = '# yaml-language-server: $schema=schemas/p.json\n';
const files = {
  'pipeline.yaml': pipeline,
  'schemas/p.json': schema,
  'params.yaml': `${modeline}train: {lr: 1}\n`,
};

function dataOf(extra: Readonly<Record<string, string>>, options: Parameters<typeof load>[1] = {}): unknown {
  return load({ ...files, ...extra }, options).params.files.get('params.yaml')?.data;
}

describe('parameter files', () => {
  it('are filled with the defaults of the schema that their modeline names', () => {
    expect(dataOf({})).toEqual({ train: { lr: 1, opt: 'adam' } });
    expect(dataOf({ 'params.yaml': modeline })).toEqual({ train: { lr: 0.1, opt: 'adam' } });
  });

  it('overlays are merged key by key, an empty mapping clears, overrides come last', () => {
    const plain = { 'schemas/p.json': '{}', 'params.yaml': 'a: {b: 1, c: [1, 2]}\nd: {e: 1}\n' };
    const noParams = { ...plain, 'pipeline.yaml': 'stages: {}', 'over.yaml': 'a: {c: [3]}\nd: {}\n' };
    const overrides = ['a.b=[x, 1.5]', 'a.c[0]=9', '+new.key=null'];
    const project = load(noParams, { paramsFiles: ['over.yaml'], overrides });
    expect(project.params.files.get('params.yaml')?.data).toEqual({
      a: { b: ['x', 1.5], c: [9] },
      d: {},
      new: { key: null },
    });
  });

  it('an override may name another file', () => {
    const project = load(
      { 'pipeline.yaml': 'stages: {a: {cmd: x, params: [o.yaml: [k]]}}', 'o.yaml': 'k: 1\n' },
      { overrides: ['o.yaml:k=2'] },
    );
    expect(paramValue(project.params, 'o.yaml', 'k')).toMatchObject({ found: true, value: 2 });
  });

  it('give values by dotted key, and whole sub-trees', () => {
    const { params } = load({ 'pipeline.yaml': pipeline, 'params.yaml': 'train: {a: [1, {b: 2}]}\n' });
    expect(paramValue(params, 'params.yaml', 'train.a[1].b')).toMatchObject({ value: 2 });
    expect(paramValue(params, 'params.yaml', 'train')).toMatchObject({ value: { a: [1, { b: 2 }] } });
    expect(paramValue(params, 'params.yaml', '')).toMatchObject({ value: { train: { a: [1, { b: 2 }] } } });
    expect(paramValue(params, 'params.yaml', 'train.c')).toMatchObject({
      found: false,
      path: ['train'],
      rest: 'c',
    });
  });

  it('a file that a stage writes is read when its values are needed', () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, {
      'pipeline.yaml': 'stages: {w: {cmd: x, outs: [made.yaml]}, r: {cmd: y, params: [made.yaml: [k]]}}',
    });
    const project = loadProject({ cwd });
    const reader = project.stages[1];
    if (reader === undefined) throw new Error('no stage');
    expect(failure(() => stageParams(project.params, reader))).toMatchInlineSnapshot(`
      "BAD_PARAMS
      pipeline.yaml:1:42 Stage 'r' declares the parameter 'k' of made.yaml, which does not exist.
        1 | stages: {w: {cmd: x, outs: [made.yaml]}, r: {cmd: y, params: [made.yaml: [k]]}}
          |                                          ^"
    `);
    writeFileSync(join(cwd, 'made.yaml'), 'k: 1\n');
    expect(stageParams(project.params, reader)).toEqual({ 'made.yaml': { k: 1 } });
    writeFileSync(join(cwd, 'made.yaml'), 'k: 2\n');
    expect(stageParams(project.params, reader)).toEqual({ 'made.yaml': { k: 2 } });
  });

  it('anchors, aliases and merge keys work', () => {
    expect(
      dataOf({ 'schemas/p.json': '{}', 'params.yaml': 'base: &b {x: 1, y: 2}\ntrain: {<<: *b, y: 3}\n' }),
    ).toEqual({ base: { x: 1, y: 2 }, train: { x: 1, y: 3 } });
  });

  it('JSON files may be indented with tabs', () => {
    const project = load({
      'pipeline.yaml': 'stages: {a: {cmd: x, params: [p.json: null]}}',
      'p.json': '{\n\t"a": [\n\t\t1,\n\t\t"x"\n\t],\n\t"b": {}\n}\n',
    });
    expect(project.params.files.get('p.json')?.data).toEqual({ a: [1, 'x'], b: {} });
  });
});

describe('the cache of parsed files', () => {
  it('gives the same project, and is renewed when a file changes', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, '.ferment'));
    writeFiles(cwd, files);
    const first = loadProject({ cwd });
    const saved = readFileSync(join(cwd, '.ferment/parsed.json'), 'utf8');
    rmSync(join(cwd, '.ferment/loaded.json'));
    expect(loadProject({ cwd }).stages).toEqual(first.stages);
    expect(readFileSync(join(cwd, '.ferment/parsed.json'), 'utf8')).toBe(saved);
    writeFileSync(join(cwd, 'params.yaml'), `${modeline}train: {lr: 2}\n`);
    expect(loadProject({ cwd }).params.files.get('params.yaml')?.data).toEqual({
      train: { lr: 2, opt: 'adam' },
    });
  });

  it('is ignored when it is damaged, and still gives places in messages', () => {
    const cwd = temporaryFolder();
    writeFiles(cwd, { ...files, '.ferment/parsed.json': '{"version": 1, "texts"' });
    loadProject({ cwd });
    expect(failure(() => loadProject({ cwd, overrides: ['train.lr=x'] }))).toContain('-S:1:10');
    writeFiles(cwd, { 'schemas/p.json': '{"properties": {"train": {"type": "string"}}}' });
    expect(failure(() => loadProject({ cwd }))).toContain('params.yaml:2:1');
  });
});
