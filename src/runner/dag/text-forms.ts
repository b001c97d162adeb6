import type { Drawing } from './collapse.ts';

/** Mermaid flowchart, as GitHub renders it in Markdown. */
export function renderMermaid(drawing: Drawing): string {
  const number = new Map(drawing.nodes.map((node, i) => [node.id, `node${i + 1}`]));
  return [
    'flowchart TD',
    ...drawing.nodes.map((node) => `  ${number.get(node.id)}["${node.label.replaceAll('"', '#quot;')}"]`),
    ...drawing.edges.map(([a, b]) => `  ${number.get(a)} --> ${number.get(b)}`),
    '',
  ].join('\n');
}

/** Graphviz. */
export function renderDot(drawing: Drawing): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const nodes = drawing.nodes.map((n) =>
    n.id === n.label ? `  ${quote(n.id)};` : `  ${quote(n.id)} [label=${quote(n.label)}];`,
  );
  const edges = drawing.edges.map(([a, b]) => `  ${quote(a)} -> ${quote(b)};`);
  return ['strict digraph {', ...nodes, ...edges, '}', ''].join('\n');
}
