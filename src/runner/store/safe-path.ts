import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { FermentError } from '../../kit/index.ts';
import { lstatOrUndefined } from '../hash/links.ts';
import { isSafeRelativePath } from '../hash/manifest.ts';
import type { ProjectPath } from '../model.ts';

/**
 * The absolute path of a project path that is about to be written, removed or renamed. Every parent that exists is
 * looked at: a link that leads outside the project, or into `.git` or `.ferment`, is refused; a file in the place of a
 * parent is not. Throws BAD_PATH, UNREADABLE.
 */
export function writablePath(root: string, path: ProjectPath): string {
  if (!isSafeRelativePath(path)) {
    throw new FermentError(
      'BAD_PATH',
      `A stage may write below the project only, not into .git or .ferment. Received: ${path}`,
      {
        hint: 'Name a path inside the project in pipeline.yaml.',
      },
    );
  }
  const realRoot = realpathSync(root);
  let parent = dirname(join(root, path));
  while (parent.length > root.length && lstatOrUndefined(parent) === undefined) parent = dirname(parent);
  const real = parent.length > root.length ? realpathSync(parent) : realRoot;
  const inside =
    real === realRoot ? '' : real.startsWith(realRoot + sep) ? real.slice(realRoot.length + 1) : undefined;
  if (inside === undefined || (inside !== '' && !isSafeRelativePath(inside.replaceAll(sep, '/')))) {
    throw new FermentError(
      'BAD_PATH',
      `${path} goes through a link that leads to ${real}, where stages may not write.`,
      {
        hint: 'Replace the link by a folder of the project.',
      },
    );
  }
  return join(root, path);
}
