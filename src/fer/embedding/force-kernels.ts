import type { Dimensions, SpaceTree } from './space-tree.ts';
import type { Task } from './team.ts';

/** What the threads share. */
export interface SharedForces {
  readonly d: Dimensions;
  readonly theta2: number;
  /** Pieces 0 to rowPieces - 1 are rows of P, the next leafPieces are leaves of the tree. */
  readonly rowPieces: number;
  readonly leafPieces: number;
  readonly map: Float64Array;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly tree: SpaceTree;
  readonly attraction: Float64Array;
  readonly repulsion: Float64Array;
  /** The part of the normalisation that the points of each leaf see. */
  readonly totals: Float64Array;
}

/** What acts on the points of one leaf: points by their coordinates, groups by their fields in the tree. */
export interface Lists {
  readonly near: Float64Array;
  nearSize: number;
  readonly groups: Float64Array;
  groupsSize: number;
  /** The least and the greatest coordinate of the leaf's points on each axis. */
  readonly bounds: Float64Array;
}

/** The inner loops, which differ between plane and space. */
interface Kernels {
  readonly attract: (shared: SharedForces, firstRow: number, endRow: number) => void;
  readonly repel: (
    sorted: Float64Array,
    from: number,
    lists: Lists,
    force: Float64Array,
    at: number,
  ) => number;
}

export interface ForceKernels {
  readonly kernels: Kernels;
  /** What they call. */
  readonly helpers: Task<SharedForces, Kernels>['helpers'];
}

/** Attraction of rows of P, repulsion of leaves of the tree. */
export function forcesTask({ kernels, helpers }: ForceKernels): Task<SharedForces, Kernels> {
  return {
    entry: startForces,
    kernels,
    helpers: [...helpers, repelLeaf, setBounds, collect, append, distance2, outside],
  };
}

function startForces(shared: SharedForces, kernels: Kernels): (piece: number) => void {
  const { d, tree, totals, starts, rowPieces, leafPieces } = shared;
  const n = starts.length - 1;
  const lists: Lists = {
    near: new Float64Array(d * n),
    nearSize: 0,
    groups: new Float64Array(tree.nodes.length),
    groupsSize: 0,
    bounds: new Float64Array(6),
  };
  return (piece) => {
    if (piece < rowPieces) {
      kernels.attract(shared, Math.floor((piece * n) / rowPieces), Math.floor(((piece + 1) * n) / rowPieces));
      return;
    }
    const leaves = tree.sizes[1] ?? 0;
    const end = Math.floor(((piece - rowPieces + 1) * leaves) / leafPieces);
    for (let leaf = Math.floor(((piece - rowPieces) * leaves) / leafPieces); leaf < end; leaf++)
      totals[leaf] = repelLeaf(shared, kernels, tree.leaves[leaf] ?? 0, lists);
  };
}

/** Sets the repulsion of the points of a leaf; returns their part of the normalisation. */
function repelLeaf(shared: SharedForces, { repel }: Kernels, leaf: number, lists: Lists): number {
  const { d, theta2, tree, repulsion } = shared;
  const start = tree.first[leaf] ?? 0;
  const end = start + (tree.nodes[(d === 2 ? 6 : 10) * leaf + d] ?? 0);
  setBounds(tree.sorted, d, start, end, lists.bounds);
  collect(tree, d, theta2, lists);
  let total = 0;
  for (let i = start; i < end; i++) {
    // A point meets itself in the list: no force, and 1 in the sum.
    total += repel(tree.sorted, d * i, lists, repulsion, d * (tree.order[i] ?? 0)) - 1;
  }
  return total;
}

function setBounds(sorted: Float64Array, d: number, start: number, end: number, bounds: Float64Array): void {
  for (let axis = 0; axis < d; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) {
      const value = sorted[d * i + axis] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    bounds[2 * axis] = low;
    bounds[2 * axis + 1] = high;
  }
}

/** Walks the tree and lists what acts on the points within the bounds. */
function collect(tree: SpaceTree, d: number, theta2: number, lists: Lists): void {
  const { nodes, width2, skip, first, sorted, sizes } = tree;
  const { near, groups, bounds } = lists;
  const fields = d === 2 ? 6 : 10;
  const size = sizes[0] ?? 0;
  let nearAt = 0;
  let groupsAt = 0;
  for (let node = 0; node < size; ) {
    const at = fields * node;
    const next = skip[node] ?? size;
    if ((width2[node] ?? 0) < theta2 * distance2(nodes, at, d, bounds)) {
      groupsAt = append(nodes, at, at + fields, groups, groupsAt);
      node = next;
    } else if (next === node + 1) {
      const start = d * (first[node] ?? 0);
      const end = start + d * (nodes[at + d] ?? 0);
      nearAt = append(sorted, start, end, near, nearAt);
      node = next;
    } else {
      node++;
    }
  }
  lists.nearSize = nearAt;
  lists.groupsSize = groupsAt;
}

/** Copies from one array into another at `at`; returns the place behind it. */
function append(from: Float64Array, start: number, end: number, to: Float64Array, at: number): number {
  let place = at;
  for (let k = start; k < end; k++) to[place++] = from[k] ?? 0;
  return place;
}

/** The square of how far a node's centre lies outside the bounds. */
function distance2(nodes: Float64Array, at: number, d: number, bounds: Float64Array): number {
  const dx = outside(nodes[at] ?? 0, bounds[0] ?? 0, bounds[1] ?? 0);
  const dy = outside(nodes[at + 1] ?? 0, bounds[2] ?? 0, bounds[3] ?? 0);
  if (d === 2) return dx * dx + dy * dy;
  const dz = outside(nodes[at + 2] ?? 0, bounds[4] ?? 0, bounds[5] ?? 0);
  return dx * dx + dy * dy + dz * dz;
}

/** How far a coordinate lies outside an interval. */
function outside(value: number, low: number, high: number): number {
  if (value < low) return low - value;
  return value > high ? value - high : 0;
}
