import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { temporaryNameFor } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { writablePath } from '../store/safe-path.ts';
import { type Aside, isThere } from './aside.ts';

/**
 * Says where the old content of paths will stand, without moving anything: the plan goes into the journal first.
 * On the file system of `.ferment` it is a place in there, else a hidden name beside the path, so that moving is
 * always a rename. `above` are files that stand where paths need a folder. Throws BAD_PATH for a path that may not be
 * written.
 */
export function planAside(
  root: string,
  state: string,
  paths: readonly ProjectPath[],
  above: readonly ProjectPath[] = [],
): readonly Aside[] {
  const folder = join(state, 'aside', randomBytes(8).toString('hex'));
  const placeFor = (path: ProjectPath, i: number): string | null => {
    const absolute = writablePath(root, path);
    if (!isThere(absolute)) return null;
    const within = deviceOf(dirname(absolute)) === deviceOf(state);
    const aside = within ? join(folder, `${i}-${basename(path)}`) : temporaryNameFor(absolute);
    return relative(root, aside);
  };
  const files = above.map((path, i) => ({ path, aside: placeFor(path, paths.length + i) }));
  return [
    ...paths.map((path, i) => ({ path, aside: placeFor(path, i) })),
    // What is gone by now is no file any more that anything could be in the way of.
    ...files.filter(({ aside }) => aside !== null).map((file) => ({ ...file, above: true as const })),
  ];
}

/** Of the folder that a link leads to: `.ferment` may be one. */
function deviceOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.dev;
}
