import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/kit/index.ts';
import { compareInputs, fingerprintOf, type Inputs, outInputs } from '../../../../src/runner/index.ts';
import { anyEntry, sampleEntry, sampleInputs } from '../lock/samples.ts';

const entry = sampleEntry('a');

/** What is said about changed inputs, one line each. */
function changes(change: Partial<Inputs>): string[] {
  return compareInputs(entry, sampleInputs('a', change)).map(({ kind, name, change: what, old, new: now }) =>
    [kind, name, what, JSON.stringify(old), '->', JSON.stringify(now)].join(' '),
  );
}

describe('comparing inputs', () => {
  it('says nothing when nothing changed, and "never-run" without an entry', () => {
    expect(changes({})).toEqual([]);
    expect(compareInputs(undefined, sampleInputs('a'))).toEqual([
      { kind: 'never-run', name: '', change: 'new' },
    ]);
  });

  it('names command, folder, program and packages', () => {
    expect(changes({ code: { cmd: ['x', 'y'] }, wdir: 'sub' })).toEqual([
      String.raw`cmd cmd modified "python a.py --lr 0.1" -> "x\ny"`,
      'cmd wdir modified "." -> "sub"',
    ]);
    const code = { module: 'stages/a.ts', bundle: digestOf('1'), packages: digestOf('2') };
    expect(changes({ code })).toEqual(['cmd cmd modified "python a.py --lr 0.1" -> "stages/a.ts"']);
    const then = sampleEntry('a', { code });
    const now = sampleInputs('a', { code: { ...code, bundle: digestOf('3'), packages: digestOf('4') } });
    expect(compareInputs(then, now).map(({ kind, name }) => [kind, name])).toEqual([
      ['code', 'stages/a.ts'],
      ['code', 'packages'],
    ]);
  });

  it('tells one script of several lines from a list of the same lines', () => {
    const then = sampleEntry('a', { code: { cmd: ['cd x', 'touch y'] } });
    const now = sampleInputs('a', { code: { cmd: ['cd x\ntouch y'] } });
    expect(compareInputs(then, now)).toEqual([
      { kind: 'cmd', name: 'cmd', change: 'modified', old: ['cd x', 'touch y'], new: ['cd x\ntouch y'] },
    ]);
  });

  it('tells a dep or out that is no longer declared from one whose file is not there', () => {
    const then = sampleEntry('a', { outs: ['metric m.json', 'out o'] });
    const [gone] = then.inputs.deps;
    const now = { ...then.inputs, deps: then.inputs.deps.slice(1), outs: ['out o'] };
    const name = gone?.path ?? '';
    const out = { kind: 'out', name: 'm.json', change: 'deleted', old: 'metric', declared: false };
    const dep = { kind: 'dep', name, change: 'deleted', old: gone?.digest };
    expect(compareInputs(then, now)).toEqual([dep, out]);
    expect(compareInputs(then, now, (path) => path !== name)).toEqual([{ ...dep, declared: false }, out]);
  });

  it('names each parameter by its dotted key, whichever way it is declared', () => {
    const params = { 'params.yaml': { a: { lr: 0.2, extra: [1] }, seed: 42 }, 'more.yaml': { '': { x: 1 } } };
    expect(changes({ params })).toEqual([
      'param more.yaml:x new  -> 1',
      'param params.yaml:a.extra new  -> [1]',
      'param params.yaml:a.lr modified 0.1 -> 0.2',
      'param params.yaml:a.name deleted "a: b" -> ',
    ]);
    expect(changes({ params: { 'params.yaml': { 'a.lr': 0.1, 'a.name': 'a: b', seed: 42 } } })).toEqual([]);
  });

  it('of a mapping that was empty names the keys that it got, and of one that lost all the keys that went', () => {
    const withValue = (value: unknown) => ({ params: { 'params.yaml': { a: value } } });
    const between = (before: unknown, after: unknown) =>
      compareInputs(sampleEntry('a', withValue(before)), sampleInputs('a', withValue(after))).map(
        ({ name, change }) => `${name} ${change}`,
      );
    expect(between({}, { b: 1 })).toEqual(['params.yaml:a.b new']);
    expect(between({ b: 1, c: {} }, {})).toEqual(['params.yaml:a.b deleted', 'params.yaml:a.c deleted']);
    expect(between({ ab: 1 }, {})).toEqual(['params.yaml:a.ab deleted']);
    expect(between({ b: {} }, { c: {} })).toEqual(['params.yaml:a.b deleted', 'params.yaml:a.c new']);
    expect(between({}, 1)).toEqual(['params.yaml:a modified']);
    const whole = (value: unknown) => ({ params: { 'more.yaml': { '': value } } });
    const then = sampleEntry('a', whole({}));
    expect(compareInputs(then, sampleInputs('a', whole({ x: 1 }))).map(({ name }) => name)).toEqual([
      'more.yaml:x',
    ]);
  });

  it('keeps 1, "1", true and null apart', () => {
    const prints = [1, '1', true, null, [1], { x: 1 }].map((value) =>
      fingerprintOf(sampleInputs('a', { params: { 'params.yaml': { k: value } } })),
    );
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('keeps an empty name apart from none, and from names with dots and backslashes', () => {
    const trees = [{ '': { a: 1 }, a: 2 }, { '': { a: 2 }, a: 1 }, { '': { a: 1 } }, { a: 1 }, { '.a': 1 }];
    const more = [{ '\\e': { a: 1 } }, { '\\e.a': 1 }, { '': { '': 1 } }, { '': 1 }, { '.': 1 }, 1];
    const prints = [...trees, ...more].map((file) =>
      fingerprintOf(sampleInputs('a', { params: { 'params.yaml': { '': file } } })),
    );
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('names deps, environment, graph and outs', () => {
    const [raw] = entry.inputs.deps;
    if (raw === undefined) throw new Error('no dep');
    const other = digestOf('other');
    const deps = [
      { ...raw, digest: other },
      { ...raw, path: 'new', executable: true },
    ];
    expect(changes({ deps })).toEqual([
      `dep data/raw modified "${raw.digest}" -> "${other}"`,
      `dep new new  -> "${raw.digest} x"`,
      `dep src/a.py deleted "${digestOf('a')} x" -> `,
    ]);
    expect(changes({ env: { SEED: '2', NEW: null } })).toEqual([
      'env CUDA_VISIBLE_DEVICES deleted null -> ',
      'env NEW new  -> null',
      'env SEED modified "1" -> "2"',
    ]);
    const graph = digestOf('graph');
    expect(changes({ graph })).toEqual([`graph graph new  -> "${graph}"`]);
    expect(changes({ outs: ['out models/a', 'plot reports/a.json', 'out b'] })).toEqual([
      'out b new  -> "out"',
      'out reports/a.json modified "metric" -> "plot"',
    ]);
  });

  it('tells of a name that stands for another path, unless the path itself was changed', () => {
    const then = sampleEntry('a', { names: { 'dep old': 'data/raw', 'dep same': 'src/a.py' } });
    const names = { 'dep new': 'data/raw', 'dep same': 'src/a.py', 'out more': 'b' };
    const now = sampleInputs('a', { names, outs: [...entry.inputs.outs, 'out b'] });
    expect(compareInputs(then, now)).toEqual([
      { kind: 'out', name: 'b', change: 'new', new: 'out' },
      { kind: 'name', name: 'dep new', change: 'new', new: 'data/raw' },
      { kind: 'name', name: 'dep old', change: 'deleted', old: 'data/raw' },
    ]);
  });

  it('ignores sizes, counts and order', () => {
    const deps = [...entry.inputs.deps].reverse().map((dep) => ({ ...dep, size: 0, files: 9 }));
    expect(changes({ deps, outs: [...entry.inputs.outs].reverse() })).toEqual([]);
  });

  it('finds a change exactly when the fingerprints differ', () => {
    fc.assert(
      fc.property(anyEntry, anyEntry, fc.boolean(), (then, other, isMixed) => {
        // The names of a module in an old lock are those of now.
        fc.pre(then.inputs.names !== undefined || 'cmd' in then.inputs.code);
        const now = isMixed ? { ...then.inputs, params: other.inputs.params } : other.inputs;
        expect(compareInputs(then, now).length > 0).toBe(fingerprintOf(now) !== then.fingerprint);
        expect(compareInputs(then, then.inputs)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the declared outs', () => {
  it('are kinds and paths, sorted', () => {
    const out = { name: undefined, cache: true, persist: false, desc: undefined, options: {} };
    expect(
      outInputs([
        { ...out, kind: 'plot', path: 'b' },
        { ...out, kind: 'metric', path: 'c' },
      ]),
    ).toEqual(['metric c', 'plot b']);
  });
});
