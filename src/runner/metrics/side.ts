import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../kit/index.ts';
import { type Git, openGit, projectAt } from '../git/index.ts';
import { findProject, type LoadOptions, loadProject, type Project } from '../load/index.ts';
import type { ProjectPath } from '../model.ts';

/** One side of a comparison: the workspace, or the project in a commit. */
export interface Side {
  /** As the table's header shows it. */
  readonly label: string;
  readonly project: Project;
  /** The bytes of a file on this side, or undefined when it is not there. */
  read(path: ProjectPath): Buffer | undefined;
}

/** The project as it lies on disk. */
export function workspaceSide(options: LoadOptions): Side {
  const project = loadProject(options);
  return {
    label: 'workspace',
    project,
    read: (path) => {
      try {
        return readFileSync(join(project.root, path));
      } catch (error) {
        if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EISDIR') return undefined;
        throw error;
      }
    },
  };
}

/** The project in a commit. Throws NO_REVISION, or as `loadProject` does. */
export function commitSide(options: LoadOptions, revision: string): Side {
  const git: Git = openGit(findProject(options.cwd, options.file).root);
  const commit = git.resolve(revision);
  return {
    label: revision,
    project: projectAt(git, commit, options),
    read: (path) => git.show(commit, path),
  };
}

/** The two sides of `diff [A] [B]`: A is HEAD unless given, B the workspace. */
export function sidesOf(
  options: LoadOptions,
  a: string | undefined,
  b: string | undefined,
): readonly [Side, Side] {
  const before = commitSide(options, a ?? 'HEAD');
  return [before, b === undefined ? workspaceSide(options) : commitSide(options, b)];
}
