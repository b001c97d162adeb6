import { addScaled, type Matrix } from './matrix.ts';
import { createSortRoom, cubeAround, MORTON_LEVELS, mortonCodes, sortCodes } from './morton.ts';
import { sharedFloats, sharedIntegers } from './team.ts';

/** Points of a leaf; more make lists longer, fewer make the tree deeper. Measured on 7,178 points. */
const LEAF_POINTS = 20;

/** Of a map. */
export type Dimensions = 2 | 3;

/**
 * A quad-tree or octree over the points of a map, laid out in preorder: the children of node i follow it, and `skip[i]`
 * is the node after them. It is built anew in every iteration, in the same arrays, which threads share.
 */
export interface SpaceTree {
  /** Numbers for each node: its centre (x, y, in space z), how many points, and their second moments about the centre:
   * xx, xy, yy, in space xx, xy, xz, yy, yz, zz. */
  readonly nodes: Float64Array;
  /** The square of each node's side. */
  readonly width2: Float64Array;
  readonly skip: Int32Array;
  /** A node's points are sorted points first[i] to first[i] + count; a leaf has skip[i] = i + 1. */
  readonly first: Int32Array;
  /** Points in Z-order, coordinates one after the other, and which point that was. */
  readonly sorted: Float64Array;
  readonly order: Uint32Array;
  /** The nodes that are leaves. */
  readonly leaves: Int32Array;
  /** How many nodes, how many leaves. */
  readonly sizes: Int32Array;
}

/** Numbers per node in `nodes`. */
export const NODE_FIELDS = { 2: 6, 3: 10 } as const;

/** Makes room for the tree of n points; returned with it is what builds it. */
export function createSpaceTree(
  n: number,
  dimensions: Dimensions,
): { readonly tree: SpaceTree; readonly build: (map: Matrix) => void } {
  // Every inner node has at least two children, or is one of a chain of at most as many as there are levels.
  const capacity = 2 * n + 2 * MORTON_LEVELS[dimensions];
  const tree: SpaceTree = {
    nodes: sharedFloats(NODE_FIELDS[dimensions] * capacity),
    width2: sharedFloats(capacity),
    skip: sharedIntegers(capacity),
    first: sharedIntegers(capacity),
    sorted: sharedFloats(dimensions * n),
    order: new Uint32Array(new SharedArrayBuffer(4 * n)),
    leaves: sharedIntegers(n),
    sizes: sharedIntegers(2),
  };
  const builder = new Builder(tree, n, dimensions);
  return { tree, build: (map) => builder.build(map) };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly level: number;
  readonly width: number;
}

class Builder {
  readonly #tree: SpaceTree;
  readonly #dimensions: Dimensions;
  readonly #codes: Uint32Array;
  readonly #room;
  #size = 0;
  #leaves = 0;

  constructor(tree: SpaceTree, n: number, dimensions: Dimensions) {
    this.#tree = tree;
    this.#dimensions = dimensions;
    this.#codes = new Uint32Array(n);
    this.#room = createSortRoom(n);
  }

  build(map: Matrix): void {
    const { order, sorted, sizes } = this.#tree;
    const cube = cubeAround(map);
    mortonCodes(map, cube, this.#codes);
    sortCodes(this.#codes, order, this.#room);
    const d = this.#dimensions;
    for (let i = 0; i < order.length; i++) {
      const from = d * (order[i] ?? 0);
      for (let axis = 0; axis < d; axis++) sorted[d * i + axis] = map.data[from + axis] ?? 0;
    }
    this.#size = 0;
    this.#leaves = 0;
    this.#add({ start: 0, end: order.length, level: 0, width: cube.width });
    sizes[0] = this.#size;
    sizes[1] = this.#leaves;
  }

  /** Adds the node of a range of sorted points and all below it. */
  #add(range: Range): void {
    const { skip, first, width2, leaves } = this.#tree;
    const { start, end } = range;
    const level = this.#sharedLevels(range);
    const node = this.#size++;
    const side = range.width / 2 ** (level - range.level);
    first[node] = start;
    width2[node] = side * side;
    const isLeaf = end - start <= LEAF_POINTS || level >= MORTON_LEVELS[this.#dimensions];
    if (isLeaf) leaves[this.#leaves++] = node;
    else this.#addChildren(start, end, level, side / 2);
    skip[node] = this.#size;
    if (isLeaf) this.#sumPoints(node, start, end);
    else this.#sumChildren(node);
  }

  #addChildren(start: number, end: number, level: number, width: number): void {
    const codes = this.#codes;
    const shift = this.#dimensions * (MORTON_LEVELS[this.#dimensions] - 1 - level);
    for (let from = start; from < end; ) {
      const quadrant = (codes[from] ?? 0) >>> shift;
      let to = from + 1;
      while (to < end && (codes[to] ?? 0) >>> shift === quadrant) to++;
      this.#add({ start: from, end: to, level: level + 1, width });
      from = to;
    }
  }

  /** The level at which a range of sorted points first divides: a chain of single children is one node. */
  #sharedLevels({ start, end, level }: Range): number {
    const levels = MORTON_LEVELS[this.#dimensions];
    const differing = (this.#codes[start] ?? 0) ^ (this.#codes[end - 1] ?? 0);
    const unused = 32 - levels * this.#dimensions;
    const shared = Math.floor((Math.clz32(differing) - unused) / this.#dimensions);
    return Math.max(level, Math.min(levels, shared));
  }

  #sumPoints(node: number, start: number, end: number): void {
    const d = this.#dimensions;
    const { nodes, sorted } = this.#tree;
    const at = NODE_FIELDS[d] * node;
    nodes.fill(0, at, at + NODE_FIELDS[d]);
    for (let i = start; i < end; i++) addScaled(nodes, at, 1 / (end - start), sorted, d * i, d);
    nodes[at + d] = end - start;
    for (let i = start; i < end; i++) addMoment(nodes, at, d, 1, sorted, d * i);
  }

  /** A node's centre and moments from those of its children, moved to the common centre (Steiner's theorem). */
  #sumChildren(node: number): void {
    const d = this.#dimensions;
    const { nodes, skip } = this.#tree;
    const fields = NODE_FIELDS[d];
    const at = fields * node;
    const end = skip[node] ?? 0;
    nodes.fill(0, at, at + fields);
    for (let child = node + 1; child < end; child = skip[child] ?? end)
      addScaled(nodes, at + d, 1, nodes, fields * child + d, fields - d);
    const count = nodes[at + d] ?? 1;
    for (let child = node + 1; child < end; child = skip[child] ?? end)
      addScaled(nodes, at, (nodes[fields * child + d] ?? 0) / count, nodes, fields * child, d);
    for (let child = node + 1; child < end; child = skip[child] ?? end)
      addMoment(nodes, at, d, nodes[fields * child + d] ?? 0, nodes, fields * child);
  }
}

/** Adds to the moments of the node that stands at `at` those of a mass in the place that stands at `from`. */
function addMoment(
  nodes: Float64Array,
  at: number,
  d: Dimensions,
  mass: number,
  places: Float64Array,
  from: number,
): void {
  let field = at + d + 1;
  for (let a = 0; a < d; a++) {
    const along = mass * ((places[from + a] ?? 0) - (nodes[at + a] ?? 0));
    for (let b = a; b < d; b++) {
      nodes[field] = (nodes[field] ?? 0) + along * ((places[from + b] ?? 0) - (nodes[at + b] ?? 0));
      field++;
    }
  }
}
