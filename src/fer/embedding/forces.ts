import type { Affinities } from './affinities.ts';
import { forcesTask, type SharedForces } from './force-kernels.ts';
import type { Matrix } from './matrix.ts';
import { PLANE } from './plane-kernels.ts';
import { SPACE } from './space-kernels.ts';
import { createSpaceTree } from './space-tree.ts';
import { createTeam, sharedFloats } from './team.ts';

/** The two parts of the gradient at a map, before their factors. */
export interface Forces {
  /** Of every point, sum over j of p(ij) q (yi - yj) with q = 1 / (1 + |yi - yj|^2). */
  readonly attraction: Float64Array;
  /** Sum over j of q^2 (yi - yj). */
  readonly repulsion: Float64Array;
  /** Computes both for the map as it is now, and returns the normalisation: the sum of q over all ordered pairs. */
  compute(): number;
  close(): void;
}

const ROW_PIECES = 64;
const LEAF_PIECES = 192;

/**
 * Forces on the points of a map by Barnes and Hut's approximation: far groups of points repel from their centre. A
 * group is far when its side is less than `theta` times its distance. Two things differ from van der Maaten's code
 * (2014): the points of one leaf share the list of what acts on them, with distances taken from the nearest side of the
 * leaf, so that no point sees a coarser picture than it would alone; and a group acts with its second moments too, not
 * as if all its points sat in its centre. With several threads, `map` and the arrays of `p` must lie in shared memory.
 */
export function createForces(p: Affinities, map: Matrix, theta: number, threads: number): Forces {
  const d = map.columns === 3 ? 3 : 2;
  const { tree, build } = createSpaceTree(map.rows, d);
  const { starts, columns, values } = p;
  const shared: SharedForces = {
    d,
    theta2: theta * theta,
    rowPieces: ROW_PIECES,
    leafPieces: LEAF_PIECES,
    map: map.data,
    starts,
    columns,
    values,
    tree,
    attraction: sharedFloats(map.data.length),
    repulsion: sharedFloats(map.data.length),
    totals: sharedFloats(map.rows),
  };
  const team = createTeam(forcesTask(d === 2 ? PLANE : SPACE), shared, threads);
  return {
    attraction: shared.attraction,
    repulsion: shared.repulsion,
    compute() {
      build(map);
      team.run(ROW_PIECES + LEAF_PIECES);
      let normalisation = 0;
      for (let leaf = 0; leaf < (tree.sizes[1] ?? 0); leaf++) normalisation += shared.totals[leaf] ?? 0;
      return normalisation;
    },
    close: () => team.close(),
  };
}
