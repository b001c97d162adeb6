import { compareBytes } from '../../kit/index.ts';
import { foldersAbove } from '../load/paths.ts';
import type { Out, ProjectPath, Stage } from '../model.ts';

/** One path that a stage writes: an out, or a checkpoint (then `out` is undefined). */
export interface Claim {
  readonly stage: Stage;
  readonly path: ProjectPath;
  /** Where the path is, links of the folders above followed. */
  readonly real: ProjectPath;
  readonly out: Out | undefined;
  readonly kind: Out['kind'] | 'checkpoint';
}

/** Finds claims by where they really are, in steps of the path's depth, however many there are. */
export interface OutIndex {
  /** Sorted by path. */
  readonly all: readonly Claim[];
  /** The claim that is this path or a folder above it. */
  holder(path: ProjectPath): Claim | undefined;
  /** The claims below this folder, sorted by path. */
  under(path: ProjectPath): readonly Claim[];
}

export function createOutIndex(claims: readonly Claim[]): OutIndex {
  const exact = new Map(claims.map((claim) => [claim.real, claim]));
  const below = new Map<ProjectPath, Claim[]>();
  for (const claim of claims) {
    for (const folder of foldersAbove(claim.real)) {
      const list = below.get(folder);
      if (list === undefined) below.set(folder, [claim]);
      else list.push(claim);
    }
  }
  // Few are ever asked for in order, and sorting thousands of paths takes longer than all the rest.
  let all: readonly Claim[] | undefined;
  const sorted = new Map<ProjectPath, readonly Claim[]>();
  return {
    get all() {
      all ??= inOrder(claims);
      return all;
    },
    holder: (path) => {
      const own = exact.get(path);
      if (own !== undefined) return own;
      for (const folder of foldersAbove(path)) {
        const claim = exact.get(folder);
        if (claim !== undefined) return claim;
      }
      return undefined;
    },
    under: (path) => {
      const known = sorted.get(path) ?? inOrder(below.get(path) ?? []);
      sorted.set(path, known);
      return known;
    },
  };
}

function inOrder(claims: readonly Claim[]): readonly Claim[] {
  return [...claims].sort((a, b) => compareBytes(a.path, b.path));
}
