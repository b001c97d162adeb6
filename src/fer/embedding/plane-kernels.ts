import type { ForceKernels, Lists, SharedForces } from './force-kernels.ts';

/** The inner loops for maps in the plane. */
export const PLANE: ForceKernels = {
  kernels: { attract: attractInPlane, repel: repelInPlane },
  helpers: [planePoints, planeGroups],
};

/** Sets the attraction of the points of these rows of P. */
function attractInPlane(shared: SharedForces, first: number, end: number): void {
  const { starts, columns, values, map, attraction } = shared;
  for (let i = first; i < end; i++) {
    const px = map[2 * i] ?? 0;
    const py = map[2 * i + 1] ?? 0;
    let pullX = 0;
    let pullY = 0;
    const last = starts[i + 1] ?? 0;
    for (let at = starts[i] ?? 0; at < last; at++) {
      const j = 2 * (columns[at] ?? 0);
      const dx = px - (map[j] ?? 0);
      const dy = py - (map[j + 1] ?? 0);
      const pull = (values[at] ?? 0) / (1 + dx * dx + dy * dy);
      pullX += pull * dx;
      pullY += pull * dy;
    }
    attraction[2 * i] = pullX;
    attraction[2 * i + 1] = pullY;
  }
}

/** Sets the repulsion of the point that stands at `from` by all in the lists; returns its part of the normalisation. */
function repelInPlane(
  sorted: Float64Array,
  from: number,
  lists: Lists,
  force: Float64Array,
  at: number,
): number {
  const px = sorted[from] ?? 0;
  const py = sorted[from + 1] ?? 0;
  force[at] = 0;
  force[at + 1] = 0;
  const seen = planePoints(px, py, lists.near, lists.nearSize, force, at);
  return seen + planeGroups(px, py, lists.groups, lists.groupsSize, force, at);
}

function planePoints(
  px: number,
  py: number,
  near: Float64Array,
  size: number,
  force: Float64Array,
  at: number,
): number {
  let total = 0;
  let forceX = 0;
  let forceY = 0;
  for (let k = 0; k < size; k += 2) {
    const dx = px - (near[k] ?? 0);
    const dy = py - (near[k + 1] ?? 0);
    const q = 1 / (1 + dx * dx + dy * dy);
    const q2 = q * q;
    total += q;
    forceX += q2 * dx;
    forceY += q2 * dy;
  }
  force[at] = (force[at] ?? 0) + forceX;
  force[at + 1] = (force[at + 1] ?? 0) + forceY;
  return total;
}

/**
 * Taylor's expansion about the centre of a group, with d the distance from it, q = 1 / (1 + |d|^2), S its second
 * moments (sums, not means), T their trace and a = S d:
 * sum of q = q m + q^2 (4 q d·a - T); sum of q^2 d = q^2 (m + 12 q^2 d·a - 2 q T) d - 4 q^3 a.
 * The first moments are zero.
 */
function planeGroups(
  px: number,
  py: number,
  groups: Float64Array,
  size: number,
  force: Float64Array,
  at: number,
): number {
  let total = 0;
  let forceX = 0;
  let forceY = 0;
  for (let k = 0; k < size; k += 6) {
    const dx = px - (groups[k] ?? 0);
    const dy = py - (groups[k + 1] ?? 0);
    const mass = groups[k + 2] ?? 0;
    const xx = groups[k + 3] ?? 0;
    const xy = groups[k + 4] ?? 0;
    const yy = groups[k + 5] ?? 0;
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
  force[at] = (force[at] ?? 0) + forceX;
  force[at + 1] = (force[at + 1] ?? 0) + forceY;
  return total;
}
