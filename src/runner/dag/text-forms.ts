import type { Drawing } from './collapse.ts';

/** Mermaid flowchart, as GitHub renders it in Markdown. */
export function renderMermaid(drawing: Drawing): string {
  const number = new Map(drawing.nodes.map((node, i) => [node.id, `node${i + 1}`]));
  return [
    'flowchart TD',
    ...drawing.nodes.map((node) => `  ${number.get(node.id)}["${mermaidText(node.label)}"]`),
    ...drawing.edges.map(([a, b]) => `  ${number.get(a)} --> ${number.get(b)}`),
    '',
  ].join('\n');
}

/** Mermaid takes `<i>` for a tag and `#name;` for a character; these it shows as they are. */
function mermaidText(text: string): string {
  return text.replace(/["#&<>]/g, (c) => (c === '"' ? '#quot;' : `#${c.charCodeAt(0)};`));
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
