import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { paramsSchema } from '../../../../src/fer/params/index.ts';
import { mergeData } from '../../../../src/runner/load/merge.ts';
import { accepts } from '../../../../src/runner/schema/accepts.ts';
import { fillDefaults, withoutDefaultsRequired } from '../../../../src/runner/schema/defaults.ts';
import { plotOptions } from '../../../../src/runner/schema/path-options.ts';
import { pipelineSchema } from '../../../../src/runner/schema/pipeline-schema.ts';
import { entrySchema } from '../../../../src/runner/schema/stage-schema.ts';
import { validate, validateWithDefaults } from '../../../../src/runner/schema/validate.ts';

const root = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the committed schema files', () => {
  it.each([
    ['schemas/pipeline.schema.json', pipelineSchema],
    ['schemas/params.schema.json', paramsSchema],
  ])('%s is what `npm run schema` writes', (path, schema) => {
    expect(read(path)).toBe(`${JSON.stringify(withoutDefaultsRequired(schema), null, 2)}\n`);
  });

  it('ajv compiles both in strict mode', () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });
    expect(() => [ajv.compile(pipelineSchema), ajv.compile(paramsSchema)]).not.toThrow();
  });
});

describe('a validator that fills no defaults, as in an editor,', () => {
  const check = (schema: string, data: unknown): unknown => {
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
    const isValid = ajv.compile(JSON.parse(read(schema)) as object);
    return isValid(data) ? [] : isValid.errors;
  };
  const load = (file: string): unknown => parse(read(file), { merge: true });

  it('accepts params.yaml', () => {
    expect(check('schemas/params.schema.json', load('params.yaml'))).toEqual([]);
  });

  it.each(['params.paper.yaml', 'params.best.yaml'])('accepts %s laid over params.yaml', (file) => {
    expect(check('schemas/params.schema.json', mergeData(load('params.yaml'), load(file)))).toEqual([]);
  });

  it('accepts pipeline.yaml', () => {
    expect(check('schemas/pipeline.schema.json', load('pipeline.yaml'))).toEqual([]);
  });

  it('still misses what has no default, and finds wrong keys', () => {
    const schema = withoutDefaultsRequired({
      required: ['a', 'b'],
      additionalProperties: false,
      properties: {
        a: { type: 'number' },
        b: { default: 1 },
        c: { required: ['d'], properties: { d: { default: 2 } } },
      },
    });
    expect(schema).toMatchObject({
      required: ['a'],
      properties: { c: { properties: { d: { default: 2 } } } },
    });
    expect(accepts(schema, { a: 1, c: {} })).toBe(true);
    expect([{}, { a: 1, e: 1 }].map((data) => accepts(schema, data))).toEqual([false, false]);
  });
});

describe('docs/pipeline-yaml.md', () => {
  it('has every key of the schema', () => {
    const page = read('docs/pipeline-yaml.md');
    const keys = [...Object.keys(pipelineSchema.properties), ...Object.keys(entrySchema.properties)];
    const options = [...Object.keys(plotOptions), 'direction', 'cpus', 'gpus', 'memory'];
    expect([...keys, ...options].filter((key) => !new RegExp(`[\`{ ]${key}[\`:,} ]`).test(page))).toEqual([]);
  });
});

/** Changes one thing somewhere inside a value. */
function mutate(value: unknown, steps: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  if (Array.isArray(value)) {
    if (value.length === 0) return [replacement];
    return value.map((item, i) => (i === step % value.length ? mutate(item, rest, replacement) : item));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { added: replacement };
  const chosen = step % entries.length;
  const changed = entries.map(([key, item], i): [string, unknown] =>
    i === chosen ? [step % 7 === 0 ? `${key}x` : key, mutate(item, rest, replacement)] : [key, item],
  );
  return Object.fromEntries(step % 5 === 0 ? changed.filter((_, i) => i !== chosen) : changed);
}

const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(0, 1, -1, 0.5, '', 'selected', 'auto', null, true, `\${x}`, [], {}),
);
const steps = fc.array(fc.nat(40), { maxLength: 5 });

describe('the quick check and ajv', () => {
  const cases = [
    ['pipeline', pipelineSchema, parse(read('pipeline.yaml')) as unknown],
    ['params', paramsSchema, parse(read('params.yaml')) as unknown],
  ] as const;

  it.each(cases)('agree on every changed %s file', (_, schema, good) => {
    const ajv = new Ajv({ strict: false, ownProperties: true, validateFormats: false }).compile(schema);
    fc.assert(
      fc.property(steps, replacement, (path, value) => {
        const changed = mutate(good, path, value);
        const filled = fillDefaults(schema, changed);
        expect(accepts(schema, filled)).toBe(ajv(filled));
      }),
      { numRuns: 400 },
    );
  });

  it('fills defaults as ajv does', () => {
    const ajv = new Ajv({ strict: false, useDefaults: true, allErrors: true }).compile(paramsSchema);
    fc.assert(
      fc.property(steps, replacement, (path, value) => {
        const changed = mutate(parse(read('params.yaml')), path, value);
        const byAjv = structuredClone(changed);
        ajv(byAjv);
        expect(fillDefaults(paramsSchema, changed)).toEqual(byAjv);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves what it does not know to ajv', () => {
    const schema = { type: 'array', uniqueItems: true };
    expect(accepts(schema, [1, 2])).toBe(false);
    expect(validate(schema, [1, 2])).toEqual([]);
    expect(validate(schema, [1, 1])).toHaveLength(1);
  });

  it('fills defaults behind $ref with ajv', () => {
    const schema = {
      $defs: { a: { properties: { b: { default: 3 } } } },
      properties: { a: { $ref: '#/$defs/a' } },
    };
    expect(validateWithDefaults(schema, { a: {} })).toEqual({ value: { a: { b: 3 } }, problems: [] });
  });

  it('accepts a schema of a later draft', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      uniqueItems: true,
    };
    expect(validate(schema, [])).toMatchObject([{ keyword: 'type' }]);
  });
});

describe('messages', () => {
  const messages = (schema: unknown, value: unknown): string[] =>
    validate(schema, value).map(({ path, message, hint }) =>
      [path.join('/'), message, hint ?? ''].join(' | '),
    );

  it('say one thing for one mistake among alternatives', () => {
    const stage = (value: unknown): unknown => ({ stages: { a: value } });
    expect(messages(pipelineSchema, stage({ outs: [3] }))).toEqual([
      "stages/a/outs/0 | 'stages.a.outs[0]' must be a path, or {path: options}. Received: 3 | Write it in quotes, so that it is text.",
    ]);
    expect(messages(pipelineSchema, stage({ outs: { m: { path: 'x', cach: false } } }))).toEqual([
      "stages/a/outs/m/cach | Unknown key 'cach' in 'stages.a.outs.m'. | Did you mean 'cache'?",
    ]);
    expect(messages(pipelineSchema, stage({ outs: { m: { cache: 3 } } }))).toEqual([
      "stages/a/outs/m | The key 'path' is missing in 'stages.a.outs.m'. | ",
      "stages/a/outs/m/cache | 'stages.a.outs.m.cache' must be true or false. Received: 3 | ",
    ]);
    expect(messages(pipelineSchema, stage({ outs: [{ a: { cache: 'no' } }] }))).toEqual([
      `stages/a/outs/0/a/cache | 'stages.a.outs[0].a.cache' must be true or false. Received: "no" | `,
    ]);
    expect(messages(pipelineSchema, stage({ deps: 'a' }))).toEqual([
      `stages/a/deps | 'stages.a.deps' must be a list of paths, or a mapping of names to paths. Received: "a" | `,
    ]);
    expect(messages(pipelineSchema, stage({ resources: { gpus: -1 } }))).toEqual([
      "stages/a/resources/gpus | 'stages.a.resources.gpus' must be a whole number of at least 0. Received: -1 | ",
    ]);
    expect(messages(pipelineSchema, stage({ cmd: [] }))).toEqual([
      "stages/a/cmd | 'stages.a.cmd' must be a list with at least 1 item. Received: an empty list | ",
    ]);
    expect(messages(pipelineSchema, stage({ env: ['A-B'] }))).toEqual([
      `stages/a/env/0 | 'stages.a.env[0]' must be the name of an environment variable. Received: "A-B" | `,
    ]);
  });

  it('show the form of a path with options in a list', () => {
    const one = (key: string, item: unknown) =>
      messages(pipelineSchema, { stages: { a: { [key]: [item] } } });
    expect(one('outs', { path: 'x', cache: false, desc: 'text' })).toEqual([
      "stages/a/outs/0 | 'stages.a.outs[0]' must be one path with its options. Received: a mapping of path, cache, desc | Write - x: {cache: false, desc: …} or, with a name, outs: {name: {path: x, cache: false, desc: …}}",
    ]);
    expect(one('metrics', { path: 'x' })).toEqual([
      "stages/a/metrics/0 | 'stages.a.metrics[0]' must be one path with its options. Received: a mapping of path | Write - x or, with a name, metrics: {name: {path: x}}",
    ]);
    expect(one('outs', { x: null, cache: false })).toEqual([
      "stages/a/outs/0 | 'stages.a.outs[0]' must be one path with its options. Received: a mapping of x, cache | Write - x: {cache: false} or, with a name, outs: {name: {path: x, cache: false}}",
    ]);
    expect(one('plots', { x: { cache: false }, y: null })).toEqual([]);
    expect(one('outs', {})).toEqual([
      "stages/a/outs/0 | 'stages.a.outs[0]' must be one path with its options. Received: an empty mapping | Such as: - model.bin: {cache: false}",
    ]);
    expect(one('outs', { path: { cach: true } })).toEqual([
      "stages/a/outs/0/path/cach | Unknown key 'cach' in 'stages.a.outs[0].path'. | Did you mean 'cache'?",
    ]);
  });

  it('name what a union of values allows', () => {
    const schema = { anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { const: 'selected' }] };
    expect(messages({ properties: { lr: schema } }, { lr: 'select' })).toEqual([
      `lr | 'lr' must be a number above 0, or "selected". Received: "select" | `,
    ]);
    expect(messages({ properties: { lr: schema } }, { lr: -1 })).toEqual([
      "lr | 'lr' must be a number above 0. Received: -1 | ",
    ]);
  });

  it('suggest values of an enum, and name bad names', () => {
    expect(messages({ properties: { d: { enum: ['cuda', 'cpu'] } } }, { d: 'cudda' })).toEqual([
      `d | 'd' must be one of "cuda", "cpu". Received: "cudda" | Did you mean 'cuda'?`,
    ]);
    expect(messages(pipelineSchema, { stages: { 'a/b': { cmd: 'x' } } })).toEqual([
      "stages/a/b | The name 'a/b' is not allowed in 'stages'. | Use letters, digits, -, _, dots; no @ : / \\, and no - at the start.",
    ]);
  });
});
