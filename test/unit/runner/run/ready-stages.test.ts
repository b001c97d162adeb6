import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Graph } from '../../../../src/runner/index.ts';
import { ReadyStages } from '../../../../src/runner/run/ready-stages.ts';

/** A graph of stages 0 … n-1 in which each reads some of those before it. */
function graphOf(reads: readonly (readonly number[])[]): Graph {
  const upstream = reads.map((from) => [...new Set(from)].map(String));
  const names = upstream.map((_, i) => String(i));
  const downstream = names.map((name) => names.filter((_, i) => upstream[i]?.includes(name)));
  const known: Partial<Graph> = {
    order: names,
    upstream: (name) => upstream[Number(name)] ?? [],
    downstream: (name) => downstream[Number(name)] ?? [],
  };
  return known as Graph;
}

const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, i) =>
        fc.array(fc.integer({ min: 0, max: Math.max(0, i - 1) }), { maxLength: i }),
      ),
    ),
  );

test('hands out each stage once, the first in order whose selected upstream has succeeded, whatever ends when', () => {
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), fc.func(fc.boolean()), (reads, numbers, isSelected) => {
      const graph = graphOf(reads);
      const selected = graph.order.filter((name) => isSelected(name));
      const ready = new ReadyStages(graph, selected);
      const done = new Set<string>();
      const taken: string[] = [];
      const running: string[] = [];
      for (;;) {
        const next = ready.take();
        const expected = selected.find(
          (name) =>
            !taken.includes(name) &&
            graph.upstream(name).every((up) => done.has(up) || !selected.includes(up)),
        );
        expect(next).toBe(expected);
        if (next !== undefined) {
          taken.push(next);
          running.push(next);
        } else if (running.length === 0) break;
        const ends = next === undefined || Number(numbers.next().value) % 2 === 0;
        const [ended] = ends ? running.splice(Number(numbers.next().value) % running.length, 1) : [];
        if (ended !== undefined) {
          done.add(ended);
          ready.succeeded(ended);
        }
      }
      expect([...done].sort()).toEqual([...selected].sort());
    }),
  );
});
