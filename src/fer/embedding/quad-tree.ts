import { createSortRoom, MORTON_LEVELS, mortonCodes, sortCodes, squareAround } from './morton.ts';

/** Points of a leaf; more make lists longer, fewer make the tree deeper. Measured on 7,178 points. */
const LEAF_POINTS = 20;

/**
 * A quad-tree over points in a plane, laid out in preorder: the children of node i follow it, and `skip[i]` is the
 * node after them. It is built anew in every iteration, in the same arrays.
 */
export interface QuadTree {
  /** Number of nodes. */
  size: number;
  /** Points under each node, their centre, their second moments about it, and the square of the node's side. */
  readonly mass: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly yy: Float64Array;
  readonly width2: Float64Array;
  readonly skip: Int32Array;
  /** Its points are sorted points first[i] to first[i] + mass[i]; a leaf has skip[i] = i + 1. */
  readonly first: Int32Array;
  /** Points in Z-order, and which point that was. */
  readonly sortedX: Float64Array;
  readonly sortedY: Float64Array;
  readonly order: Uint32Array;
  readonly build: (y: Float64Array) => void;
}

/** A tree for n points; `build` fills it. */
export function createQuadTree(n: number): QuadTree {
  // Every inner node has at least two children, or is one of a chain of at most MORTON_LEVELS.
  const capacity = 2 * n + 2 * MORTON_LEVELS;
  const codes = new Uint32Array(n);
  const room = createSortRoom(n);
  const tree: QuadTree = {
    size: 0,
    mass: new Float64Array(capacity),
    x: new Float64Array(capacity),
    y: new Float64Array(capacity),
    xx: new Float64Array(capacity),
    xy: new Float64Array(capacity),
    yy: new Float64Array(capacity),
    width2: new Float64Array(capacity),
    skip: new Int32Array(capacity),
    first: new Int32Array(capacity),
    sortedX: new Float64Array(n),
    sortedY: new Float64Array(n),
    order: new Uint32Array(n),
    build: (y) => {
      const square = squareAround(y);
      mortonCodes(y, square, codes);
      sortCodes(codes, tree.order, room);
      for (let i = 0; i < n; i++) {
        const point = 2 * (tree.order[i] ?? 0);
        tree.sortedX[i] = y[point] ?? 0;
        tree.sortedY[i] = y[point + 1] ?? 0;
      }
      tree.size = 0;
      addNode(tree, codes, { start: 0, end: n, level: 0, width: square.width });
    },
  };
  return tree;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly level: number;
  readonly width: number;
}

/** Adds the node of a range of sorted points and all below it. */
function addNode(tree: QuadTree, codes: Uint32Array, range: Range): void {
  const { start, end, width } = range;
  const level = sharedLevels(codes, start, end, range.level);
  const node = tree.size++;
  tree.first[node] = start;
  tree.mass[node] = end - start;
  const side = width / 2 ** (level - range.level);
  tree.width2[node] = side * side;
  setMoments(tree, node, start, end);
  if (end - start > LEAF_POINTS && level < MORTON_LEVELS) {
    const shift = 2 * (MORTON_LEVELS - 1 - level);
    for (let from = start; from < end; ) {
      const quadrant = (codes[from] ?? 0) >>> shift;
      let to = from + 1;
      while (to < end && (codes[to] ?? 0) >>> shift === quadrant) to++;
      addNode(tree, codes, { start: from, end: to, level: level + 1, width: side / 2 });
      from = to;
    }
  }
  tree.skip[node] = tree.size;
}

/** The level at which a range of sorted points first divides: a chain of single children is one node. */
function sharedLevels(codes: Uint32Array, start: number, end: number, level: number): number {
  const differing = (codes[start] ?? 0) ^ (codes[end - 1] ?? 0);
  return Math.max(level, Math.min(MORTON_LEVELS, Math.clz32(differing) >> 1));
}

function setMoments(tree: QuadTree, node: number, start: number, end: number): void {
  // Relative to the first point, so that the squares cancel nothing.
  const originX = tree.sortedX[start] ?? 0;
  const originY = tree.sortedY[start] ?? 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  let sumYY = 0;
  for (let i = start; i < end; i++) {
    const dx = (tree.sortedX[i] ?? 0) - originX;
    const dy = (tree.sortedY[i] ?? 0) - originY;
    sumX += dx;
    sumY += dy;
    sumXX += dx * dx;
    sumXY += dx * dy;
    sumYY += dy * dy;
  }
  const mass = end - start;
  tree.x[node] = originX + sumX / mass;
  tree.y[node] = originY + sumY / mass;
  tree.xx[node] = sumXX - (sumX * sumX) / mass;
  tree.xy[node] = sumXY - (sumX * sumY) / mass;
  tree.yy[node] = sumYY - (sumY * sumY) / mass;
}
