import { describe, expect, test } from 'vitest';
import { exactAffinities, neighbourAffinities } from '../../../../src/fer/embedding/affinities.ts';
import { conditionalRow } from '../../../../src/fer/embedding/conditional-row.ts';
import { exactKl, matrixOf } from '../../../../src/fer/embedding/index.ts';
import { divergence, exactGradient } from '../../../../src/fer/embedding/kullback-leibler.ts';
import { clusters, givenMap, points, tsneReference } from './reference.ts';

const reference = tsneReference();
const x50 = clusters(5100, 50, 1.3);

const relative = (got: number | undefined, want: number | undefined): number =>
  Math.abs((got ?? Number.NaN) / (want ?? Number.NaN) - 1);

describe('affinities', () => {
  const p = exactAffinities(x50, reference.perplexity);
  const at = (i: number, j: number): number => p.values[i * 999 + (j < i ? j : j - 1)] ?? Number.NaN;

  test('betas are those of the reference', () => {
    reference.affinity.beta_first5.forEach((beta, i) => {
      expect(relative(p.betas[i], beta)).toBeLessThan(1e-10);
    });
    const [min, max] = reference.affinity.beta_min_max;
    expect(relative(Math.min(...p.betas), min)).toBeLessThan(1e-10);
    expect(relative(Math.max(...p.betas), max)).toBeLessThan(1e-10);
  });

  test('joint affinities are those of the reference, symmetric, with sum 1', () => {
    const sum = p.values.reduce((a, b) => a + b, 0);
    const squares = p.values.reduce((a, b) => a + b * b, 0);
    const entropy = p.values.reduce((a, b) => (b > 0 ? a - b * Math.log(b) : a), 0);
    expect(sum).toBeCloseTo(1, 12);
    expect(
      relative(
        p.values.reduce((a, b) => Math.max(a, b), 0),
        reference.joint.max,
      ),
    ).toBeLessThan(1e-9);
    expect(relative(Math.sqrt(squares), reference.joint.frobenius)).toBeLessThan(1e-9);
    expect(relative(entropy, reference.joint.entropy)).toBeLessThan(1e-9);
    expect(relative(at(...reference.joint.argmax), reference.joint.max)).toBeLessThan(1e-9);
    expect(relative(at(0, 10), reference.joint.p_0_10)).toBeLessThan(1e-6);
    expect(relative(at(0, 1), reference.joint.p_0_1)).toBeLessThan(1e-6);
    expect(at(3, 800)).toBe(at(800, 3));
  });

  test('a conditional row has the entropy ln(perplexity) and the reference maximum', () => {
    const row = new Float64Array(999);
    for (let j = 1; j < 1000; j++) {
      for (let c = 0; c < 50; c++) {
        row[j - 1] = (row[j - 1] ?? 0) + ((x50.data[j * 50 + c] ?? 0) - (x50.data[c] ?? 0)) ** 2;
      }
    }
    conditionalRow(row, 30, row);
    expect(row.reduce((a, b) => (b > 0 ? a - b * Math.log(b) : a), 0)).toBeCloseTo(Math.log(30), 11);
    const largest = row.reduce((a, b) => Math.max(a, b), 0);
    expect(relative(largest, reference.affinity.conditional_max_first5[0])).toBeLessThan(1e-9);
    expect(row.indexOf(largest) + 1).toBe(reference.affinity.conditional_argmax_first5[0]);
  });

  test('affinities of neighbours lose only the tail', () => {
    const near = neighbourAffinities(x50, reference.perplexity);
    expect(near.complete).toBe(false);
    expect(near.values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    const few = neighbourAffinities(points(40, 3), 30);
    const all = exactAffinities(points(40, 3), 30);
    expect(few.complete).toBe(true);
    few.values.forEach((value, k) => {
      expect(relative(value, all.values[k])).toBeLessThan(1e-9);
    });
  });

  test('points that are all equal are equally near', () => {
    const p = exactAffinities(matrixOf(new Float64Array(40), 20, 2), 5);
    for (const value of p.values) expect(value).toBeCloseTo(1 / 380, 12);
  });

  test('where more points are equally near than the perplexity, these share a row', () => {
    const row = Float64Array.of(...new Array(7).fill(0), ...new Array(16).fill(1));
    conditionalRow(row, 3, row);
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(j < 7 ? 1 / 7 : 0, 12);
    });
  });

  test.each([1, 19, 30, Number.NaN])('a perplexity of %s for 20 points is refused', (perplexity) => {
    expect(() => exactAffinities(points(20, 3), perplexity)).toThrow(
      `Expected a perplexity above 1 and below the number of points less one (19). Received: ${perplexity}.`,
    );
  });
});

describe('divergence and gradient', () => {
  const y = givenMap(x50);
  const p = exactAffinities(x50, reference.perplexity);

  test('the exact KL is that of the reference, for a map and for the same map shrunk to a dot', () => {
    expect(relative(exactKl(x50, y, reference.perplexity), reference.kl.exact)).toBeLessThan(1e-10);
    expect(
      relative(divergence(p, { ...y, data: y.data.map((v) => 1e-4 * v) }), reference.kl.tiny),
    ).toBeLessThan(1e-10);
  });

  test('the exact gradient is that of the reference', () => {
    const gradient = exactGradient(p, y);
    expect(relative(Math.hypot(...gradient), reference.kl.gradient_norm)).toBeLessThan(1e-9);
    reference.kl.gradient_first3.flat().forEach((value, c) => {
      expect(Math.abs((gradient[c] ?? 0) - value)).toBeLessThan(1e-9 * reference.kl.gradient_norm);
    });
  });

  test.each([2, 3])('the gradient is the slope of the divergence, in %i dimensions', (d) => {
    const x = points(30, 4);
    const map = points(30, d, 5);
    map.data.forEach((v, c) => {
      map.data[c] = 4 * v;
    });
    const few = exactAffinities(x, 8);
    const gradient = exactGradient(few, map);
    const moved = (c: number, by: number) =>
      divergence(few, { ...map, data: map.data.map((v, at) => (at === c ? v + by : v)) });
    for (const c of [0, 7, 31, 59]) {
      expect(gradient[c]).toBeCloseTo((moved(c, 1e-5) - moved(c, -1e-5)) / 2e-5, 8);
    }
  });
});
