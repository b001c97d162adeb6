import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diffValues,
  flatten,
  parseCondition,
  renderDiff,
  renderValues,
  toJson,
  violations,
} from '../../../../src/runner/metrics/index.ts';

const values = (data: Record<string, unknown>) =>
  new Map(Object.entries(data).map(([file, content]) => [file, flatten(content)]));

describe('flatten', () => {
  it('gives dotted keys in the order of the file, and a list as one value', () => {
    expect([...flatten({ b: { y: 1, x: 2 }, a: [true, null], empty: {} })]).toEqual([
      ['b.y', 1],
      ['b.x', 2],
      ['a', '[true,null]'],
    ]);
  });

  it('keeps two values whose names give one dotted key apart', () => {
    expect([...flatten({ 'a.b': 3, a: { b: 4, 'c.d': 5 } })]).toEqual([
      ['a\\.b', 3],
      ['a.b', 4],
      ['a.c.d', 5],
    ]);
    expect([...flatten({ 'a.b': { c: 1 }, a: { 'b.c': 2 } })]).toEqual([
      ['a\\.b.c', 1],
      ['a.b\\.c', 2],
    ]);
    expect([...flatten({ '': { a: 1 }, a: 2 })]).toEqual([
      ['\\e.a', 1],
      ['a', 2],
    ]);
  });
});

describe('diffValues', () => {
  it('gives old, new and a difference without float noise', () => {
    const diff = diffValues(
      values({ 'm.json': { a: 0.1, b: 1, c: 'x' } }),
      values({ 'm.json': { a: 0.3, b: 1, d: 2 } }),
    );
    expect(toJson(diff)).toEqual({
      'm.json': { a: { old: 0.1, new: 0.3, diff: 0.2 }, d: { new: 2 }, c: { old: 'x' } },
    });
  });

  it('takes numbers within a tolerance for equal', () => {
    const [a, b] = [values({ m: { x: 100, y: 1, s: 'a' } }), values({ m: { x: 101, y: 1.001, s: 'b' } })];
    expect([...(diffValues(a, b, { atol: 0.01 }).get('m')?.keys() ?? [])]).toEqual(['x', 's']);
    expect([...(diffValues(a, b, { rtol: 0.01 }).get('m')?.keys() ?? [])]).toEqual(['s']);
    const infinite = values({ m: { x: Number.POSITIVE_INFINITY, y: 1, s: 'a' } });
    expect(diffValues(infinite, a, { rtol: 0.01 }).get('m')?.has('x')).toBe(true);
    expect(diffValues(a, infinite, { rtol: 0.01 }).get('m')?.has('x')).toBe(true);
    expect(diffValues(infinite, infinite, { rtol: 0.01 }).size).toBe(0);
  });

  it('finds nothing between equal sides, NaN included', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        expect(diffValues(values(data), values(structuredClone(data))).size).toBe(0);
      }),
    );
    expect(diffValues(values({ m: { x: Number.NaN } }), values({ m: { x: Number.NaN } })).size).toBe(0);
  });

  it('keeps the keys of both sides, whatever they are called', () => {
    const side = new Map([['m', new Map([['__proto__', 1]])]]);
    expect([...(diffValues(new Map(), side).get('m') ?? [])]).toEqual([['__proto__', { new: 1 }]]);
  });
});

describe('tables', () => {
  it('say which side is which and whether a change is better', () => {
    const diff = diffValues(
      values({ 'm.json': { loss: 1.5, f1: 0.5, tiny: 0, gone: 1 } }),
      values({ 'm.json': { loss: 1.2, f1: 0.6123456, tiny: 1e-9, new: 2 } }),
    );
    const direction = (_: string, key: string) => (key === 'loss' ? ('lower' as const) : undefined);
    expect(
      renderDiff(diff, { kind: 'Metric', before: 'HEAD', after: 'workspace' }, { direction }),
    ).toMatchInlineSnapshot(`
      "Path    Metric  HEAD  workspace       Change
      m.json  loss     1.5        1.2  -0.3 better
      m.json  f1       0.5    0.61235     +0.11235
      m.json  tiny       0    1.00e-9     +1.00e-9
      m.json  new        -          2          new
      m.json  gone       1          -         gone"
    `);
    const mark = (text: string, verdict: string): string => `<${verdict}>${text}`;
    const labels = { kind: 'Metric', before: 'HEAD', after: 'workspace' } as const;
    expect(renderDiff(diff, labels, { direction, mark })).toContain('<better>-0.3 better');
    expect(renderDiff(diff, labels, { direction, mark, markdown: true })).toContain('| -0.3 better |');
    expect(renderValues(values({ 'm.json': { a: 1, b: 0.25 } }), { markdown: true })).toBe(
      '| Path | Metric | Value |\n| --- | --- | ---: |\n| m.json | a | 1 |\n| m.json | b | 0.25 |',
    );
    const diverged = diffValues(values({ 'm.json': { a: 1 } }), values({ 'm.json': { a: Number.NaN } }));
    const lower = () => 'lower' as const;
    expect(renderDiff(diverged, labels, { direction: lower, markdown: true })).toContain('| 1 | NaN | NaN |');
    const foreign = values({ 'm.json': { __init__: 1, 'a*b|*c_d': [1], '<b>': '<script>' } });
    const table = renderValues(foreign, { markdown: true });
    expect(table).toContain('| m.json | \\_\\_init\\_\\_ | 1 |');
    expect(table).toContain('| m.json | a\\*b\\|\\*c_d | [1] |');
    expect(table).toContain('| m.json | \\<b> | \\<script> |');
  });
});

describe('a condition', () => {
  const judge = (text: string, old: Record<string, unknown>, now: Record<string, unknown>) => {
    const [before, after] = [values(old), values(now)];
    return violations(
      {
        before: { label: 'HEAD', values: before },
        after: { label: 'workspace', values: after },
        diff: diffValues(before, after),
      },
      [parseCondition(text)],
    );
  };

  it('fails for a change, for a metric that is gone, and for one that is no number any more', () => {
    const old = { 'm.json': { a: { f1: 0.5 }, b: { f1: 0.5 }, c: { f1: 0.5 }, d: { f1: 0.5 }, f1: 0.5 } };
    const now = { 'm.json': { a: { f1: 0.25 }, b: { f1: null }, c: { f1: Number.NaN }, f1: 0.75 } };
    expect(judge('f1 < -0.1', old, now)).toEqual([
      'm.json: b.f1 is no number in workspace: null, HEAD has 0.5 (f1 < -0.1)',
      'm.json: c.f1 is no number in workspace: NaN, HEAD has 0.5 (f1 < -0.1)',
      'm.json: d.f1 is gone from workspace, HEAD has 0.5 (f1 < -0.1)',
      'm.json: a.f1 changed by -0.25 (f1 < -0.1)',
    ]);
    expect(judge('f1 < -0.1', { 'm.json': { f1: 1 } }, {})).toEqual([
      'm.json: f1 is gone from workspace, HEAD has 1 (f1 < -0.1)',
    ]);
  });

  it('may be about a metric with blanks in its name, as scikit-learn writes them', () => {
    const report = (f1: number) => ({ 'm.json': { 'macro avg': { 'f1-score': f1 } } });
    expect(judge('macro avg.f1-score < -0.1', report(0.75), report(0.5))).toEqual([
      'm.json: macro avg.f1-score changed by -0.25 (macro avg.f1-score < -0.1)',
    ]);
    expect(judge('macro avg.f1-score<=-0.5', report(0.75), report(0.5))).toEqual([]);
  });

  it('fails for NaN on both sides, and passes for a metric that is new', () => {
    const nan = { 'm.yaml': { f1: Number.NaN } };
    expect(judge('f1 < 0', nan, nan)).toHaveLength(1);
    expect(judge('f1 < 0', { 'm.yaml': {} }, { 'm.yaml': { f1: 1 } })).toEqual([]);
    expect(judge('f1 < 0', nan, { 'm.yaml': { f1: 1 } })).toEqual([]);
  });

  it('is refused where it is about no metric of either side', () => {
    const one = { 'm.json': { a: { accuracy: 1 } } };
    expect(() => judge('acuracy < 0', one, one)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: "Expected a condition about a metric of HEAD or workspace. Received: 'acuracy < 0'",
        hint: "Did you mean 'accuracy'?",
      }),
    );
    expect(() => judge('loss < 0', one, one)).toThrow(
      expect.objectContaining({ hint: 'They have a.accuracy.' }),
    );
    expect(() => judge('loss < 0', {}, {})).toThrow(
      expect.objectContaining({ hint: 'Neither has any: ferment repro makes them.' }),
    );
  });
});
