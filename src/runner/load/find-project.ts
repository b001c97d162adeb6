import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FermentError, isFolder } from '../../kit/index.ts';

/** The names of pipeline files; where both stand in one folder, the first counts. */
export const PIPELINE_FILES = ['pipeline.yaml', 'dvc.yaml'] as const;

/** Where a project is. */
export interface ProjectPlace {
  /** Absolute path of its folder. */
  readonly root: string;
  /** Name of its pipeline file, in root. */
  readonly file: string;
}

/**
 * The project of a folder: the nearest folder, upward, with pipeline.yaml, else dvc.yaml; in a repository of DVC the
 * folder with `.dvc`, also when only folders below it have pipeline files. A file that is named makes its own folder
 * the project. Throws NO_PROJECT.
 */
export function findProject(cwd: string, file?: string): ProjectPlace {
  const start = resolve(cwd);
  if (file !== undefined) {
    const path = resolve(start, file);
    if (isFile(path)) return { root: dirname(path), file: basename(path) };
    throw new FermentError('NO_PROJECT', `The pipeline file ${file} does not exist.`, {
      hint: 'Correct the path after --file.',
    });
  }
  let nearest: ProjectPlace | undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const found = PIPELINE_FILES.find((name) => isFile(join(folder, name)));
    if (found !== undefined) nearest ??= { root: folder, file: found };
    if (isFolder(join(folder, '.dvc'))) return { root: folder, file: found ?? 'dvc.yaml' };
    // A pipeline is of its own where it has run, and where its repository ends.
    const isOwn = ['.ferment', '.git'].some((name) => existsSync(join(folder, name)));
    if ((nearest !== undefined && isOwn) || dirname(folder) === folder) break;
  }
  if (nearest !== undefined) return nearest;
  throw new FermentError('NO_PROJECT', 'There is no pipeline.yaml or dvc.yaml here or in a folder above.', {
    hint: 'Go to a project, name a file with --file, or write a pipeline.yaml; a small one: stages: {hello: {cmd: echo hello}}',
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
