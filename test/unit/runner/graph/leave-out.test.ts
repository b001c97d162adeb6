import { describe, expect, it } from 'vitest';
import { leaveOut } from '../../../../src/runner/graph/index.ts';
import { selectTargets } from '../../../../src/runner/index.ts';
import { graphOf } from '../../../support/drawn-graph.ts';

describe('a pipeline without some of its stages', () => {
  const whole = graphOf({
    prep: { outs: ['data/clean'] },
    'train@a': { deps: ['data/clean'], outs: ['m/a', 's/a.json'] },
    'train@b': { deps: ['data/clean'], outs: ['m/b', 's/b.json'] },
    pick: { deps: ['s/a.json'], outs: ['params/best.yaml'] },
    'eval@a': { deps: ['m/a'], outs: ['e/a'] },
    'eval@b': { deps: ['m/b'], outs: ['e/b'] },
    count: { deps: ['m'] },
    final: { params: ['params/best.yaml'], outs: ['final'] },
    report: { deps: ['e/*', 's/*.json'], outs: ['report.md'] },
    old: { deps: ['m/a'], outs: ['old'], frozen: true },
  });
  const without = (...unwanted: readonly string[]): string =>
    leaveOut(whole, unwanted)
      .leftOut.map(({ name }) => name)
      .join(' ');

  it('loses what reads one of them by its path, a folder around it or a parameter file, and so on', () => {
    expect(without('train@a')).toBe('train@a pick eval@a count final');
    expect(without('pick')).toBe('pick final');
  });

  it('keeps what reads by patterns that others still answer, and what is frozen', () => {
    expect(without('eval@b')).toBe('eval@b');
    const { graph } = leaveOut(whole, ['train@b']);
    expect([...graph.stages.keys()].join(' ')).toBe('prep train@a pick eval@a final report old');
    expect(graph.matches('s/*.json').map(({ path }) => path)).toEqual(['s/a.json']);
    expect(graph.upstream('report')).toEqual(['train@a', 'eval@a']);
  });

  it('loses what reads by a pattern that nobody answers any more', () => {
    expect(without('eval')).toBe('eval@a eval@b report');
    expect(without('prep')).toBe('prep train@a train@b pick eval@a eval@b count final report');
  });

  it('keeps what may do without', () => {
    const graph = graphOf({
      map: { outs: ['maps/a'] },
      report: { deps: ['maps/*'], outs: ['report.md'], optional: true },
    });
    expect(leaveOut(graph, ['map']).leftOut.map(({ name }) => name)).toEqual(['map']);
  });

  it('takes groups and outs as targets do, and several at once', () => {
    expect(without('m/b', 'pick')).toBe('train@b pick eval@b count final');
    expect(without()).toBe('');
    expect(() => without('trian')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: "Did you mean 'train'?" }),
    );
  });

  it('refuses a target of which nothing is left, and takes what is left of a group', () => {
    expect(() => leaveOut(whole, ['train@b'], ['eval@b'])).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: "'eval@b' is left out by --without train@b: it is named there, or reads what is.",
      }),
    );
    const { graph } = leaveOut(whole, ['train@b'], ['eval']);
    expect(selectTargets(graph, ['eval'])).toEqual(['prep', 'train@a', 'eval@a']);
  });
});
