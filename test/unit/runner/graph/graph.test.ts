import { describe, expect, it } from 'vitest';
import { DiagnosticsError } from '../../../../src/kit/index.ts';
import { globMatches, selectTargets } from '../../../../src/runner/index.ts';
import { graphOf, type Spec } from '../../../support/drawn-graph.ts';

const edgesOf = (specs: Readonly<Record<string, Spec>>): string[] =>
  graphOf(specs).edges.map((edge) => edge.join('→'));

function failure(specs: Readonly<Record<string, Spec>>): string {
  try {
    graphOf(specs);
  } catch (error) {
    if (error instanceof DiagnosticsError && error.code === 'BAD_GRAPH') return error.message;
    throw error;
  }
  throw new Error('It is a good graph');
}

describe('edges', () => {
  it('come from a path, a path inside an out, a folder above outs, and a parameter file', () => {
    expect(
      edgesOf({
        a: { outs: ['data/raw', 'data/labels.csv'] },
        exact: { deps: ['data/raw'] },
        inside: { deps: ['data/raw/train/x.png'] },
        above: { deps: ['data'] },
        beside: { deps: ['data/rawest', 'dat'] },
        p: { outs: ['made.yaml'] },
        param: { params: ['made.yaml'] },
      }),
    ).toEqual(['a→exact', 'a→inside', 'a→above', 'p→param']);
  });

  it('a glob stands for the declared outs that it matches, and is no edge to others', () => {
    const specs = {
      m1: { outs: ['reports/metrics/a.json', 'models/a'] },
      m2: { outs: ['reports/metrics/deep/b.csv', 'models/b'] },
      report: { deps: ['reports/metrics/**/*.{json,csv}'], outs: ['reports/report.md', 'reports/figures'] },
      some: { deps: ['models/*'] },
      none: { deps: ['src/**/*.py'] },
    };
    expect(edgesOf(specs)).toEqual(['m1→report', 'm2→report', 'm1→some', 'm2→some']);
    const graph = graphOf(specs);
    const paths = (path: string): string[] => globMatches({ path }, graph).map((out) => out.path);
    expect(paths('reports/metrics/**/*.{json,csv}')).toEqual([
      'reports/metrics/a.json',
      'reports/metrics/deep/b.csv',
    ]);
    expect(paths('src/**/*.py')).toEqual([]);
  });

  it('a glob into a folder that a stage writes is an edge, and is expanded on disk', () => {
    const specs = {
      raw: { outs: ['data/raw', 'data/note.txt'] },
      read: { deps: ['data/raw/*/x.png'] },
      deep: { deps: ['data/**/*.png'], outs: ['out'] },
      other: { deps: ['data/processed/*.npy', 'dat?/raw.txt'] },
    };
    expect(edgesOf(specs)).toEqual(['raw→read', 'raw→deep']);
    expect(globMatches({ path: 'data/raw/*/x.png' }, graphOf(specs))).toEqual([]);
  });

  it('a folder may have an ending: a glob that names it reads from its stage', () => {
    const specs = {
      raw: { outs: ['data.v2', 'd/x.zarr', 'model.bin'] },
      name: { deps: ['data.v2/*.csv'] },
      ending: { deps: ['d/*.zarr/**/c*'] },
      wide: { deps: ['*/*.csv', '**/*.csv'] },
    };
    expect(edgesOf(specs)).toEqual(['raw→name', 'raw→ending']);
  });

  it("a wide glob that may reach into its own stage's folder is no cycle", () => {
    expect(edgesOf({ a: { deps: ['**/*.csv'], outs: ['made'] }, b: { outs: ['other'] } })).toEqual(['b→a']);
  });
});

describe('the order', () => {
  it('is the order of the file where nothing else is asked for', () => {
    expect(graphOf({ c: {}, a: {}, b: {} }).order).toEqual(['c', 'a', 'b']);
    expect(
      graphOf({
        report: { deps: ['m', 't'] },
        test: { deps: ['m'], outs: ['t'] },
        z: {},
        model: { outs: ['m'] },
      }).order,
    ).toEqual(['model', 'test', 'report', 'z']);
  });

  it('knows neighbours and who writes a path', () => {
    const graph = graphOf({ a: { outs: ['x'] }, b: { deps: ['x'], outs: ['y'] }, c: { deps: ['x', 'y'] } });
    expect([graph.upstream('c'), graph.downstream('a'), graph.upstream('a'), graph.upstream('no')]).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      [],
      [],
    ]);
    expect(graph.producer('x/deep/file')?.stage.name).toBe('a');
    expect(graph.producer('z')).toBeUndefined();
  });

  it('of a chain of twenty thousand stages is found without recursion, and quickly', () => {
    const specs: Record<string, Spec> = {};
    for (let i = 20_000; i > 0; i--) specs[`s${i}`] = { deps: [`f${i - 1}`], outs: [`f${i}`] };
    const before = process.cpuUsage();
    expect(graphOf(specs).order.slice(0, 2)).toEqual(['s1', 's2']);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
  });
});

describe('what is no graph', () => {
  it('every cycle is told', () => {
    expect(
      failure({
        a: { deps: ['e'], outs: ['d/x'] },
        b: { deps: ['d'], outs: ['e/y'] },
        z: { deps: ['d/x', 'p'] },
        p: { deps: ['q'], outs: ['p'] },
        q: { deps: ['p'], outs: ['q'] },
        own: { deps: ['own/sub'], outs: ['own'] },
      }),
    ).toMatchInlineSnapshot(`
      "pipeline.yaml:3:3 The stages need each other in a circle: b → a → b.
        3 |   b:
          |   ^
        'a' is declared at pipeline.yaml:2.

      pipeline.yaml:6:3 The stages need each other in a circle: q → p → q.
        6 |   q:
          |   ^
        'p' is declared at pipeline.yaml:5.

      pipeline.yaml:7:3 Stage 'own' reads what it writes: own → own.
        7 |   own:
          |   ^^^"
    `);
  });

  it('a cycle is shown whole', () => {
    expect(
      failure({
        z: {},
        a: { deps: ['c'], outs: ['a'] },
        b: { deps: ['a'], outs: ['b'] },
        c: { deps: ['b'], outs: ['c'] },
      }),
    ).toMatchInlineSnapshot(`
      "pipeline.yaml:4:3 The stages need each other in a circle: b → c → a → b.
        4 |   b:
          |   ^
        'c' is declared at pipeline.yaml:5."
    `);
    expect(failure({ a: { deps: ['x/y'], outs: ['x'] } })).toMatchInlineSnapshot(`
      "pipeline.yaml:2:3 Stage 'a' reads what it writes: a → a.
        2 |   a:
          |   ^"
    `);
    expect(failure({ a: { deps: ['src'], outs: ['src/made.ts'] } })).toContain('a → a');
  });

  it('two writers of one path, or of a path inside another, are named with their places', () => {
    expect(
      failure({
        a: { outs: ['x', 'data/raw'] },
        b: { outs: ['x'] },
        c: { outs: ['data', 'y', 'y'] },
        d: { outs: ['k/state'], checkpoints: ['k'] },
      }),
    ).toMatchInlineSnapshot(`
      "pipeline.yaml:3:3 Stages 'a' and 'b' both write 'x'.
        3 |   b:
          |   ^
        'a' is declared at pipeline.yaml:2.

      pipeline.yaml:4:3 Stage 'c' declares twice that it writes 'y'.
        4 |   c:
          |   ^

      pipeline.yaml:2:3 'data/raw' (out of 'a') lies inside 'data' (out of 'c').
        2 |   a:
          |   ^
        'c' is declared at pipeline.yaml:4.

      pipeline.yaml:5:3 'k/state' (out of 'd') lies inside 'k' (checkpoint of 'd').
        5 |   d:
          |   ^"
    `);
  });
});

describe('targets', () => {
  const graph = graphOf({
    prep: { outs: ['data'] },
    'train@a': { deps: ['data'], outs: ['m/a'] },
    'train@b': { deps: ['data'], outs: ['m/b'] },
    report: { deps: ['m/*'], outs: ['report.md'] },
    lone: {},
  });

  it.each([
    [[], {}, 'prep train@a train@b report lone'],
    [['train@b'], {}, 'prep train@b'],
    [['train'], {}, 'prep train@a train@b'],
    [['train@*'], { singleItem: true }, 'train@a train@b'],
    [['m/a'], {}, 'prep train@a'],
    [['m/a/weights.bin', './report.md'], { singleItem: true }, 'train@a report'],
    [['train@a'], { downstream: true }, 'train@a report'],
    [['train@a'], { pipeline: true }, 'prep train@a train@b report'],
    [['lone'], { pipeline: true }, 'lone'],
    [['pipeline.yaml'], {}, 'prep train@a train@b report lone'],
    [['pipeline.yaml:prep'], {}, 'prep'],
  ])('%j with %j are %s', (targets, options, names) => {
    expect(selectTargets(graph, targets, options).join(' ')).toBe(names);
  });

  it.each([
    [['eval'], {}, 'train eval'],
    [['train'], {}, 'train'],
    [['train'], { pipeline: true }, 'train eval'],
    [['prep'], { downstream: true }, 'prep'],
    [['prep'], { pipeline: true }, 'prep'],
    [[], {}, 'prep train eval'],
  ])('%j with %j, of prep, a frozen train and eval, are %s', (targets, options, names) => {
    const chain = graphOf({
      prep: { outs: ['clean'] },
      train: { deps: ['clean'], outs: ['model'], frozen: true },
      eval: { deps: ['model'] },
    });
    expect(selectTargets(chain, targets, options).join(' ')).toBe(names);
  });

  it('unknown ones are refused with the nearest name', () => {
    expect(() => selectTargets(graph, ['trian'])).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: "Did you mean 'train'?" }),
    );
    expect(() => selectTargets(graph, ['prep'], { pipeline: true, downstream: true })).toThrow(/Only one of/);
  });
});
