import { createQuadTree, type QuadTree } from './quad-tree.ts';

/** Adds the repulsive forces on points `[n, 2]` to `force` and returns the normalisation. */
export type Repulsion = (y: Float64Array, force: Float64Array) => number;

/**
 * Barnes and Hut's approximation: far groups of points act from their centre. A group is far when its side is less
 * than `theta` times its distance. Two things differ from van der Maaten's code (2014): the points of one leaf share
 * the list of what acts on them, with distances taken from the nearest side of the leaf, so that no point sees a
 * coarser picture than it would alone; and a group acts with its second moments too, not as if all its points sat
 * in its centre.
 */
export function createBarnesHut(n: number, theta: number): Repulsion {
  const tree = createQuadTree(n);
  const near = new Float64Array(2 * n);
  const groups = new Int32Array(tree.skip.length);
  const fields = new Float64Array(GROUP_FIELDS * groups.length);
  const lists: Lists = { near, nearSize: 0, groups, fields, groupsSize: 0 };
  return (y, force) => {
    tree.build(y);
    let total = 0;
    for (let node = 0; node < tree.size; node++) {
      if ((tree.skip[node] ?? 0) !== node + 1) continue;
      collect(tree, node, theta * theta, lists);
      gather(tree, lists);
      total += actOnLeaf(tree, node, lists, force);
    }
    return total;
  };
}

/** What acts on the points of one leaf: points (x, y in turn), and groups by their node. */
interface Lists {
  readonly near: Float64Array;
  nearSize: number;
  readonly groups: Int32Array;
  readonly fields: Float64Array;
  groupsSize: number;
}

function collect(tree: QuadTree, leaf: number, theta2: number, lists: Lists): void {
  const { x, y, width2, skip } = tree;
  const { left, right, bottom, top } = boundsOf(tree, leaf);
  lists.nearSize = 0;
  lists.groupsSize = 0;
  for (let node = 0; node < tree.size; ) {
    const dx = outside(x[node] ?? 0, left, right);
    const dy = outside(y[node] ?? 0, bottom, top);
    const next = skip[node] ?? 0;
    if ((width2[node] ?? 0) < theta2 * (dx * dx + dy * dy)) {
      lists.groups[lists.groupsSize++] = node;
      node = next;
    } else if (next === node + 1) {
      appendPoints(tree, node, lists);
      node = next;
    } else {
      node++;
    }
  }
}

/** How far a coordinate lies outside an interval. */
function outside(value: number, low: number, high: number): number {
  if (value < low) return low - value;
  return value > high ? value - high : 0;
}

function appendPoints(tree: QuadTree, leaf: number, lists: Lists): void {
  const start = tree.first[leaf] ?? 0;
  const end = start + (tree.mass[leaf] ?? 0);
  let at = 2 * lists.nearSize;
  for (let i = start; i < end; i++) {
    lists.near[at++] = tree.sortedX[i] ?? 0;
    lists.near[at++] = tree.sortedY[i] ?? 0;
  }
  lists.nearSize += end - start;
}

interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

function boundsOf(tree: QuadTree, leaf: number): Bounds {
  const start = tree.first[leaf] ?? 0;
  const end = start + (tree.mass[leaf] ?? 0);
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.POSITIVE_INFINITY;
  let top = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) {
    const x = tree.sortedX[i] ?? 0;
    const y = tree.sortedY[i] ?? 0;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return { left, right, bottom, top };
}

const GROUP_FIELDS = 8;

/** Lays the numbers of the listed groups side by side: they are read again for every point of the leaf. */
function gather(tree: QuadTree, lists: Lists): void {
  const { groups, fields } = lists;
  for (let k = 0, at = 0; k < lists.groupsSize; k++, at += GROUP_FIELDS) {
    const node = groups[k] ?? 0;
    fields[at] = tree.x[node] ?? 0;
    fields[at + 1] = tree.y[node] ?? 0;
    fields[at + 2] = tree.mass[node] ?? 0;
    fields[at + 3] = tree.xx[node] ?? 0;
    fields[at + 4] = tree.xy[node] ?? 0;
    fields[at + 5] = tree.yy[node] ?? 0;
  }
}

/** The part of the normalisation that the points of this leaf see. */
function actOnLeaf(tree: QuadTree, leaf: number, lists: Lists, force: Float64Array): number {
  const start = tree.first[leaf] ?? 0;
  const end = start + (tree.mass[leaf] ?? 0);
  let total = 0;
  for (let i = start; i < end; i++) {
    const point = 2 * (tree.order[i] ?? 0);
    const px = tree.sortedX[i] ?? 0;
    const py = tree.sortedY[i] ?? 0;
    // A point meets itself in the list: no force, and 1 in the sum.
    total += actOfPoints(px, py, lists.near, lists.nearSize, force, point) - 1;
    total += actOfGroups(px, py, lists.fields, lists.groupsSize, force, point);
  }
  return total;
}

function actOfPoints(
  px: number,
  py: number,
  near: Float64Array,
  size: number,
  force: Float64Array,
  point: number,
): number {
  let total = 0;
  let forceX = 0;
  let forceY = 0;
  for (let k = 0; k < 2 * size; k += 2) {
    const dx = px - (near[k] ?? 0);
    const dy = py - (near[k + 1] ?? 0);
    const q = 1 / (1 + dx * dx + dy * dy);
    const q2 = q * q;
    total += q;
    forceX += q2 * dx;
    forceY += q2 * dy;
  }
  force[point] = (force[point] ?? 0) + forceX;
  force[point + 1] = (force[point + 1] ?? 0) + forceY;
  return total;
}

/**
 * Taylor's expansion about the centre of a group, with d the distance from it, q = 1 / (1 + |d|^2), S its second
 * moments (sums, not means), T their trace and a = S d:
 * sum of q = q m + q^2 (4 q d·a - T); sum of q^2 d = q^2 (m + 12 q^2 d·a - 2 q T) d - 4 q^3 a.
 * The first moments are zero.
 */
function actOfGroups(
  px: number,
  py: number,
  fields: Float64Array,
  size: number,
  force: Float64Array,
  point: number,
): number {
  let total = 0;
  let forceX = 0;
  let forceY = 0;
  for (let k = 0; k < GROUP_FIELDS * size; k += GROUP_FIELDS) {
    const dx = px - (fields[k] ?? 0);
    const dy = py - (fields[k + 1] ?? 0);
    const mass = fields[k + 2] ?? 0;
    const xx = fields[k + 3] ?? 0;
    const xy = fields[k + 4] ?? 0;
    const yy = fields[k + 5] ?? 0;
    const q = 1 / (1 + dx * dx + dy * dy);
    const q2 = q * q;
    const ax = xx * dx + xy * dy;
    const ay = xy * dx + yy * dy;
    const along = 4 * q * (ax * dx + ay * dy);
    const trace = xx + yy;
    total += q * mass + q2 * (along - trace);
    const radial = q2 * (mass + q * (3 * along - 2 * trace));
    const tensor = 4 * q2 * q;
    forceX += radial * dx - tensor * ax;
    forceY += radial * dy - tensor * ay;
  }
  force[point] = (force[point] ?? 0) + forceX;
  force[point + 1] = (force[point + 1] ?? 0) + forceY;
  return total;
}
