import { foldersAbove } from '../load/paths.ts';
import type { ProjectPath } from '../model.ts';
import type { Claim } from './out-index.ts';
import type { Tangles } from './tangles.ts';

/** No path may be written by two stages, or lie inside of another that is written. */
export function checkClaims(claims: readonly Claim[], tangles: Tangles): void {
  const byPath = new Map<ProjectPath, Claim>();
  for (const claim of claims) {
    const other = byPath.get(claim.real);
    if (other === undefined) byPath.set(claim.real, claim);
    else
      tangles.add(
        claim.stage,
        `${writers(claim, other)} '${claim.path}'${through(claim, other)}.`,
        other.stage,
      );
  }
  for (const claim of claims) {
    for (const folder of foldersAbove(claim.real)) {
      const outer = byPath.get(folder);
      if (outer === undefined) continue;
      tangles.add(
        claim.stage,
        `'${claim.path}' (${claim.kind} of '${claim.stage.name}') lies inside '${outer.path}' (${outer.kind} of '${outer.stage.name}')${linkOf(claim)}.`,
        outer.stage,
      );
    }
  }
}

/** Why two paths that differ are one. */
function through(claim: Claim, other: Claim): string {
  return claim.path === other.path ? '' : ` (through a link: it is '${other.path}')`;
}

function linkOf({ path, real }: Claim): string {
  return path === real ? '' : ` (through a link: it is '${real}')`;
}

function writers(claim: Claim, other: Claim): string {
  if (claim.stage === other.stage) return `Stage '${claim.stage.name}' declares twice that it writes`;
  return `Stages '${other.stage.name}' and '${claim.stage.name}' both write`;
}
