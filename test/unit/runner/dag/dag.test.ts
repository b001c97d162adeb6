import { describe, expect, it } from 'vitest';
import {
  collapseGroups,
  drawingOf,
  renderBoxes,
  renderDot,
  renderMermaid,
  withoutImpliedLinks,
} from '../../../../src/runner/dag/index.ts';

const stages = ['load', 'fit@a', 'fit@b', 'pick', 'report'].map((name) => ({
  name,
  group: name.replace(/@.*/, ''),
}));
const edges = [
  ['load', 'fit@a'],
  ['load', 'fit@b'],
  ['fit@a', 'pick'],
  ['fit@b', 'pick'],
  ['load', 'report'],
  ['pick', 'report'],
] as const;
const drawing = drawingOf(stages, edges);

describe('the graph', () => {
  it('is drawn as boxes with lines between them', () => {
    expect(renderBoxes(drawing)).toMatchInlineSnapshot(`
      "       ┌──────┐
             │ load │
             └───┬──┘
          ┌──────┴───┬──────┐
      ┌───┴───┐  ┌───┴───┐  │
      │ fit@a │  │ fit@b │  │
      └───┬───┘  └───┬───┘  │
          └─────┐    │┌─────┘
                ├────┘│
            ┌───┴──┐  │
            │ pick │  │
            └───┬──┘  │
                └┐    │
                 ├────┘
            ┌────┴───┐
            │ report │
            └────────┘
      "
    `);
  });

  it('has boxes as wide as their names on a terminal', () => {
    const nodes = ['größe-日本語', 'e\u0301t'].map((name) => ({ name, group: name }));
    const wide = drawingOf(nodes, [['größe-日本語', 'e\u0301t']]);
    expect(renderBoxes(wide)).toMatchInlineSnapshot(`
      "┌──────────────┐
      │ größe-日本語 │
      └───────┬──────┘
              │
           ┌──┴─┐
           │ ét │
           └────┘
      "
    `);
  });

  it('shows a group as one box and leaves out what a longer way implies', () => {
    expect(renderBoxes(withoutImpliedLinks(collapseGroups(drawing, stages)))).toMatchInlineSnapshot(`
      " ┌──────┐
       │ load │
       └───┬──┘
           │
      ┌────┴────┐
      │ fit (2) │
      └────┬────┘
           │
       ┌───┴──┐
       │ pick │
       └───┬──┘
           │
      ┌────┴───┐
      │ report │
      └────────┘
      "
    `);
  });

  it('keeps a group apart whose members feed each other through another group', () => {
    const mutual = ['a@1', 'b@1', 'a@2', 'b@2'].map((name) => ({ name, group: name.slice(0, 1) }));
    const collapsed = collapseGroups(
      drawingOf(mutual, [
        ['a@1', 'b@1'],
        ['b@1', 'a@2'],
      ]),
      mutual,
    );
    expect(collapsed.nodes.map((n) => n.label)).toEqual(['a@1', 'b (2)', 'a@2']);
  });

  it('has names in Mermaid that are no markup and no characters by name', () => {
    const odd = { nodes: [{ id: 'b', label: 'b@<i>x</i> #quot; &' }], edges: [] };
    expect(renderMermaid(odd)).toContain('["b@#60;i#62;x#60;/i#62; #35;quot; #38;"]');
  });

  it('is written as Mermaid and Graphviz with quotes escaped', () => {
    const odd = {
      nodes: [
        { id: 'a"b', label: 'a"b' },
        { id: 'c', label: 'c' },
      ],
      edges: [['a"b', 'c']] as const,
    };
    expect(renderMermaid(odd)).toBe('flowchart TD\n  node1["a#quot;b"]\n  node2["c"]\n  node1 --> node2\n');
    expect(renderDot(odd)).toBe('strict digraph {\n  "a\\"b";\n  "c";\n  "a\\"b" -> "c";\n}\n');
  });

  it('of nothing is nothing', () => {
    expect(renderBoxes({ nodes: [], edges: [] })).toBe('');
  });
});
