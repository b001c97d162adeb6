import { join } from 'node:path';
import { type Digest, digestOf } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { isThere, moveInto, removeTree } from './aside.ts';

/** Where the checkpoints of an attempt wait for the next attempt with the same fingerprint. */
function waitingPlace(state: string, fingerprint: Digest, path: ProjectPath): string {
  return join(state, 'checkpoints', fingerprint, digestOf(path).slice(0, 16));
}

/** Moves what an attempt left at its checkpoint paths to where the next attempt finds it. May be repeated. */
export function saveCheckpoints(
  root: string,
  state: string,
  fingerprint: Digest,
  paths: readonly ProjectPath[],
): void {
  for (const path of paths) {
    const from = join(root, path);
    if (!isThere(from)) continue;
    const to = waitingPlace(state, fingerprint, path);
    removeTree(to);
    moveInto(from, to);
  }
}

/** Hands an attempt the checkpoints of the last one with its fingerprint. Returns true when there were any. */
export function handOverCheckpoints(
  root: string,
  state: string,
  fingerprint: Digest,
  paths: readonly ProjectPath[],
): boolean {
  let found = false;
  for (const path of paths) {
    const from = waitingPlace(state, fingerprint, path);
    if (!isThere(from)) continue;
    moveInto(from, join(root, path));
    found = true;
  }
  return found;
}

/** After a success: the checkpoints are worth nothing any more. */
export function dropCheckpoints(
  root: string,
  state: string,
  fingerprint: Digest,
  paths: readonly ProjectPath[],
): void {
  for (const path of paths) removeTree(join(root, path));
  removeTree(join(state, 'checkpoints', fingerprint));
}
