import type { ForceKernels, Lists, SharedForces } from './force-kernels.ts';

/** The inner loops for maps in space. */
export const SPACE: ForceKernels = {
  kernels: { attract: attractInSpace, repel: repelInSpace },
  helpers: [spacePoints, spaceGroups, entry],
};

/** Sets the attraction of the points of these rows of P. */
function attractInSpace(shared: SharedForces, first: number, end: number): void {
  const { starts, columns, values, map, attraction } = shared;
  for (let i = first; i < end; i++) {
    const px = map[3 * i] ?? 0;
    const py = map[3 * i + 1] ?? 0;
    const pz = map[3 * i + 2] ?? 0;
    let pullX = 0;
    let pullY = 0;
    let pullZ = 0;
    const last = starts[i + 1] ?? 0;
    for (let at = starts[i] ?? 0; at < last; at++) {
      const j = 3 * (columns[at] ?? 0);
      const dx = px - (map[j] ?? 0);
      const dy = py - (map[j + 1] ?? 0);
      const dz = pz - (map[j + 2] ?? 0);
      const pull = (values[at] ?? 0) / (1 + dx * dx + dy * dy + dz * dz);
      pullX += pull * dx;
      pullY += pull * dy;
      pullZ += pull * dz;
    }
    attraction[3 * i] = pullX;
    attraction[3 * i + 1] = pullY;
    attraction[3 * i + 2] = pullZ;
  }
}

/** Sets the repulsion of the point that stands at `from` by all in the lists; returns its part of the normalisation. */
function repelInSpace(
  sorted: Float64Array,
  from: number,
  lists: Lists,
  force: Float64Array,
  at: number,
): number {
  force.fill(0, at, at + 3);
  const seen = spacePoints(sorted, from, lists.near, lists.nearSize, force, at);
  return seen + spaceGroups(sorted, from, lists.groups, lists.groupsSize, force, at);
}

function spacePoints(
  sorted: Float64Array,
  from: number,
  near: Float64Array,
  size: number,
  force: Float64Array,
  at: number,
): number {
  const px = sorted[from] ?? 0;
  const py = sorted[from + 1] ?? 0;
  const pz = sorted[from + 2] ?? 0;
  let total = 0;
  let forceX = 0;
  let forceY = 0;
  let forceZ = 0;
  for (let k = 0; k < size; k += 3) {
    const dx = px - (near[k] ?? 0);
    const dy = py - (near[k + 1] ?? 0);
    const dz = pz - (near[k + 2] ?? 0);
    const q = 1 / (1 + dx * dx + dy * dy + dz * dz);
    const q2 = q * q;
    total += q;
    forceX += q2 * dx;
    forceY += q2 * dy;
    forceZ += q2 * dz;
  }
  force[at] = (force[at] ?? 0) + forceX;
  force[at + 1] = (force[at + 1] ?? 0) + forceY;
  force[at + 2] = (force[at + 2] ?? 0) + forceZ;
  return total;
}

/** The expansion of planeGroups, on one axis more. */
function spaceGroups(
  sorted: Float64Array,
  from: number,
  groups: Float64Array,
  size: number,
  force: Float64Array,
  at: number,
): number {
  const px = sorted[from] ?? 0;
  const py = sorted[from + 1] ?? 0;
  const pz = sorted[from + 2] ?? 0;
  let total = 0;
  let forceX = 0;
  let forceY = 0;
  let forceZ = 0;
  for (let k = 0; k < size; k += 10) {
    const dx = px - entry(groups, k);
    const dy = py - entry(groups, k + 1);
    const dz = pz - entry(groups, k + 2);
    const mass = entry(groups, k + 3);
    const ax = entry(groups, k + 4) * dx + entry(groups, k + 5) * dy + entry(groups, k + 6) * dz;
    const ay = entry(groups, k + 5) * dx + entry(groups, k + 7) * dy + entry(groups, k + 8) * dz;
    const az = entry(groups, k + 6) * dx + entry(groups, k + 8) * dy + entry(groups, k + 9) * dz;
    const q = 1 / (1 + dx * dx + dy * dy + dz * dz);
    const q2 = q * q;
    const along = 4 * q * (ax * dx + ay * dy + az * dz);
    const trace = entry(groups, k + 4) + entry(groups, k + 7) + entry(groups, k + 9);
    total += q * mass + q2 * (along - trace);
    const radial = q2 * (mass + q * (3 * along - 2 * trace));
    const tensor = 4 * q2 * q;
    forceX += radial * dx - tensor * ax;
    forceY += radial * dy - tensor * ay;
    forceZ += radial * dz - tensor * az;
  }
  force[at] = (force[at] ?? 0) + forceX;
  force[at + 1] = (force[at + 1] ?? 0) + forceY;
  force[at + 2] = (force[at + 2] ?? 0) + forceZ;
  return total;
}

function entry(array: Float64Array, at: number): number {
  return array[at] ?? 0;
}
