import { compareBytes, withoutImpliedEdges } from '../../kit/index.ts';

/** A graph to draw: nodes in drawing order, edges from what writes to what reads. */
export interface Drawing {
  readonly nodes: readonly { readonly id: string; readonly label: string }[];
  readonly edges: readonly (readonly [from: string, to: string])[];
}

interface NamedStage {
  readonly name: string;
  readonly group: string;
}

/** The graph as it is, one node per stage. */
export function drawingOf(
  stages: readonly NamedStage[],
  edges: readonly (readonly [string, string])[],
): Drawing {
  return { nodes: stages.map((s) => ({ id: s.name, label: s.name })), edges: sortEdges(edges) };
}

/**
 * The graph with the members of each group as one node, `sweep (10)`, as people think of it.
 * A group whose members feed each other through another group stays apart: as one node it would make a circle.
 */
export function collapseGroups(drawing: Drawing, stages: readonly NamedStage[]): Drawing {
  const members = new Map<string, string[]>();
  for (const stage of stages) members.set(stage.group, [...(members.get(stage.group) ?? []), stage.name]);
  const collapsed = new Set([...members].filter(([, names]) => names.length > 1).map(([group]) => group));
  for (;;) {
    const result = withCollapsed(drawing, stages, members, collapsed);
    const circular = findCircular(result);
    const culprit = [...circular].find((id) => collapsed.has(id));
    if (culprit === undefined) return result;
    collapsed.delete(culprit);
  }
}

function withCollapsed(
  drawing: Drawing,
  stages: readonly NamedStage[],
  members: ReadonlyMap<string, readonly string[]>,
  collapsed: ReadonlySet<string>,
): Drawing {
  const groupOf = new Map(stages.map((s) => [s.name, collapsed.has(s.group) ? s.group : s.name]));
  const idOf = (name: string): string => groupOf.get(name) ?? name;
  const nodes = new Map<string, string>();
  for (const { id } of drawing.nodes) {
    const target = idOf(id);
    nodes.set(target, collapsed.has(target) ? `${target} (${members.get(target)?.length ?? 0})` : target);
  }
  const pairs = drawing.edges.map(([a, b]) => [idOf(a), idOf(b)] as const).filter(([a, b]) => a !== b);
  const unique = new Map(pairs.map((pair) => [pair.join('\0'), pair]));
  return { nodes: [...nodes].map(([id, label]) => ({ id, label })), edges: sortEdges([...unique.values()]) };
}

/** Nodes that are left when nodes without incoming edges are taken away again and again. */
function findCircular(drawing: Drawing): Set<string> {
  const left = new Set(drawing.nodes.map((n) => n.id));
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of left) {
      if (drawing.edges.some(([a, b]) => b === id && left.has(a))) continue;
      left.delete(id);
      changed = true;
    }
  }
  return left;
}

/** The drawing without the edges that a longer way implies. */
export function withoutImpliedLinks(drawing: Drawing): Drawing {
  return { nodes: drawing.nodes, edges: withoutImpliedEdges(drawing.edges) };
}

function sortEdges(edges: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return [...edges].sort(([a, b], [c, d]) => compareBytes(a, c) || compareBytes(b, d));
}
