/** [from, to] */
export type Edge = readonly [from: string, to: string];

/** Leaves out each edge that a longer way implies: `a → c` where `a → b → c`. Ends on circles too. */
export function withoutImpliedEdges(edges: readonly Edge[]): readonly Edge[] {
  const next = new Map<string, string[]>();
  for (const [a, b] of edges) next.set(a, [...(next.get(a) ?? []), b]);
  const reaches = (from: string, to: string, seen: Set<string>): boolean => {
    for (const id of next.get(from) ?? []) {
      if (id === to) return true;
      if (seen.has(id)) continue;
      seen.add(id);
      if (reaches(id, to, seen)) return true;
    }
    return false;
  };
  const implied = ([a, b]: Edge): boolean =>
    (next.get(a) ?? []).some((via) => via !== b && reaches(via, b, new Set()));
  return edges.filter((edge) => !implied(edge));
}

/** How many edges the longest way from a source to each node has: the layer that it is drawn in. */
export function longestPaths(ids: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const depth = new Map(ids.map((id) => [id, 0]));
  // A graph of n nodes without circles settles after n rounds.
  for (let round = 0; round < ids.length; round++) {
    for (const [a, b] of edges) depth.set(b, Math.max(depth.get(b) ?? 0, (depth.get(a) ?? 0) + 1));
  }
  return depth;
}
