import { describe, expect, test } from 'vitest';
import { renderPage } from '../../../bench/runner/page.ts';
import { mergeResults, type Results } from '../../../bench/runner/results.ts';
import type { BenchResult } from '../../../bench/runner/sitting.ts';
import { median, ratioOf } from '../../../bench/runner/statistics.ts';

function round(wallSeconds: number) {
  return { wallSeconds, cpuSeconds: wallSeconds / 2, peakBytes: 50e6 };
}

function results(...benches: readonly Partial<BenchResult>[]): Results {
  const machine = { cores: 2, cpu: 'a CPU', memoryBytes: 8 * 2 ** 30, system: 'linux x64', node: 'v20.20.2' };
  const empty = {
    title: 'Some work',
    part: 'A part',
    at: '2026-01-02T03:04:05.000Z',
    results: [],
    cannot: {},
  };
  return {
    machine,
    versions: { Ferment: '0.1.0', DVC: '3.0.0' },
    benches: benches.map((bench, i) => ({ id: `bench-${i}`, ...empty, ...bench })),
  };
}

describe('statistics', () => {
  test('the median of an even number of values is between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5, 1, 3])).toBe(3);
  });

  test('a ratio compares round with round', () => {
    expect(ratioOf([10, 30, 20], [1, 2, 4])).toEqual({ median: 10, low: 5, high: 15 });
    expect(ratioOf([10], [1, 2])).toEqual({ median: 10, low: 10, high: 10 });
    expect(ratioOf([], [1])).toBeUndefined();
  });
});

describe('results', () => {
  test('a bench that is measured again replaces its old rows, others stay, in the order of the benches', () => {
    const before = results({ id: 'a', title: 'old a' }, { id: 'b', title: 'old b' }, { id: 'gone' });
    const merged = mergeResults([before], results({ id: 'b', title: 'new b' }), ['b', 'a']);
    expect(merged.map(({ benches }) => benches.map(({ title }) => title))).toEqual([['new b', 'old a']]);
  });

  test('what another version did, or another machine, stays apart', () => {
    const older = { ...results({ id: 'a' }, { id: 'b' }), versions: { Ferment: '0.0.9' } };
    const fresh = results({ id: 'b', title: 'new b' });
    const elsewhere = { ...results({ id: 'c' }), machine: { ...fresh.machine, vectors: 'AVX-512' } };
    const merged = mergeResults([older, elsewhere], fresh, ['a', 'b', 'c']);
    expect(merged.map(({ versions, benches }) => [versions['Ferment'], benches.map(({ id }) => id)])).toEqual(
      [
        ['0.0.9', ['a']],
        ['0.1.0', ['b']],
        ['0.1.0', ['c']],
      ],
    );
    const page = renderPage(merged);
    expect(page).toContain('**2 cores of a CPU with AVX-512**');
    expect(page.match(/^\*\*2 cores/gm)).toHaveLength(3);
  });

  test('of a machine that has nothing of its own any more no line is left', () => {
    const older = { ...results({ id: 'a' }), versions: { Ferment: '0.0.9' } };
    expect(mergeResults([older], results({ id: 'a' }), ['a'])).toHaveLength(1);
  });

  test('a tool that is not there any more keeps its results', () => {
    const before = { ...results({ id: 'a' }), versions: { ...results().versions, Snakemake: '9.1' } };
    const [merged] = mergeResults([before], results({ id: 'b' }), ['a', 'b']);
    expect(merged?.benches.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(merged?.versions['Snakemake']).toBe('9.1');
  });

  test('growth is shown of work that was measured in three sizes, and of no other', () => {
    const measured = [{ tool: 'ferment' as const, rounds: [round(1)] }];
    const ids = ['step', 'predict', 'epoch', 'cold-100', 'cold-300', 'cold-1000', 'dag-100', 'dag-300'];
    const page = renderPage([results(...ids.map((id) => ({ id, results: measured })))]);
    const growth = page.slice(page.indexOf('## Growth'));
    expect(growth.match(/^\| cold \|/gm)).toHaveLength(3);
    expect(growth).toContain('| cold | 1,000 | 1.00 s | 1000 µs |');
    expect(growth).not.toContain('dag');
    expect(page).not.toContain('Infinity');
  });

  test('work on images is also given as images per second', () => {
    const page = renderPage([
      results({
        goal: 'Keras 2×',
        images: 64,
        results: [
          { tool: 'ferment', rounds: [round(0.5)] },
          { tool: 'keras', rounds: [round(1)], note: 'one graph' },
        ],
      }),
    ]);
    expect(page).toContain('(goal: Keras 2×)');
    expect(page).toMatch(/\*\*Ferment\*\* .* 128 images\/s \|/);
    expect(page).toMatch(/Keras .* 2\.0× .* 64 images\/s; one graph \|/);
  });

  test('a goal beside another tool is met or missed by the median ratio, or was not measured', () => {
    const goalRatios = { 'keras-generator': 5, torchvision: 3, make: 0.9, dvc: 2 } as const;
    const page = renderPage([
      results({
        goalRatios,
        results: [
          { tool: 'ferment', rounds: [round(1), round(2), round(1)] },
          { tool: 'keras-generator', rounds: [round(5), round(12), round(4)] },
          { tool: 'torchvision', rounds: [round(2.999), round(6), round(2)] },
          { tool: 'make', rounds: [round(0.8), round(1.7999), round(1)] },
        ],
      }),
    ]);
    expect(page).toContain(
      "### Some work (goal: at least 5× Keras' ImageDataGenerator: met, 5.00×; at least 3× torchvision on Pillow: missed, 2.99×; at least 90 % of the rate of GNU make: missed, 89.9 %; at least 2× DVC: not measured)",
    );
  });

  test('the page has a row for each tool: measured, stopped, or unable', () => {
    const page = renderPage([
      results({
        goalSeconds: 0.5,
        results: [
          { tool: 'ferment', rounds: [round(0.4), round(0.2), round(0.3)] },
          { tool: 'make', rounds: [round(0.1), round(0.1), round(0.1)] },
          { tool: 'dvc', rounds: [], stoppedAfterSeconds: 120, note: 'one at a time' },
        ],
        cannot: { turbo: 'no such work' },
      }),
    ]);
    expect(page.slice(page.indexOf('### '))).toBe(`### Some work (goal: at most 0.500 s)

| tool | wall | to Ferment | CPU | peak memory | |
|---|---:|---:|---:|---:|---|
| **Ferment** | 0.300 s (0.200 s) | 1 | 0.150 s | 50 MB |  |
| GNU make | 0.100 s (0.100 s) | 0.3× (0.3×–0.5×) | 0.050 s | 50 MB |  |
| DVC | > 120 s | > 400× | – | – | stopped after 120 s; one at a time |
| turbo | – | – | – | – | no such work |
`);
  });

  test('the page says how time and memory grow where there are three sizes', () => {
    const sizes = [100, 1000, 10_000].map((count) => ({
      id: `no-op-${count}`,
      results: [{ tool: 'ferment', rounds: [round(count / 1000)] } as const],
    }));
    const page = renderPage([
      results(...sizes, { id: 'cold-300', results: [{ tool: 'ferment', rounds: [round(1)] }] }),
    ]);
    expect(page.slice(page.indexOf('## Growth'))).toBe(`## Growth

| work | size | wall | for each | peak memory |
|---|---:|---:|---:|---:|
| no-op | 100 | 0.100 s | 1000 µs | 50 MB |
| no-op | 1,000 | 1.00 s | 1000 µs | 50 MB |
| no-op | 10,000 | 10.0 s | 1000 µs | 50 MB |
`);
  });
});
