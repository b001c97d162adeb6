import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FermentError, isFolder } from '../../kit/index.ts';
import { PIPELINE_FILES } from './pipeline-names.ts';
import { isFoundBelow } from './sub-pipelines.ts';

/** Where a project is. */
export interface ProjectPlace {
  /** Absolute path of its folder. */
  readonly root: string;
  /** Name of its pipeline file, in root. */
  readonly file: string;
}

/**
 * The project of a folder: the nearest folder, upward, with pipeline.yaml, else dvc.yaml, or the uppermost one that
 * takes in the pipeline file there; in a repository of DVC the folder with `.dvc`, also when only folders below it have
 * pipeline files. A file that is named makes its own folder the project. Throws NO_PROJECT.
 */
export function findProject(cwd: string, file?: string): ProjectPlace {
  const start = resolve(cwd);
  if (file !== undefined) return projectOfFile(start, file);
  let nearest: ProjectPlace | undefined;
  // Taken for itself, a folder that is part of a project would get a `.ferment`, and so be cut out of the project.
  let uppermost: ProjectPlace | undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const found = PIPELINE_FILES.find((name) => isFile(join(folder, name)));
    if (found !== undefined && (nearest === undefined || takesIn(folder, nearest)))
      uppermost = { root: folder, file: found };
    nearest ??= uppermost;
    if (isFolder(join(folder, '.dvc'))) return { root: folder, file: found ?? 'dvc.yaml' };
    // A pipeline is of its own where it has run, and where its repository ends.
    const isOwn = ['.ferment', '.git'].some((name) => existsSync(join(folder, name)));
    if ((nearest !== undefined && isOwn) || dirname(folder) === folder) break;
  }
  if (uppermost !== undefined) return uppermost;
  throw new FermentError('NO_PROJECT', 'There is no pipeline.yaml or dvc.yaml here or in a folder above.', {
    hint: 'Go to a project, name a file with --file, or write a pipeline.yaml; a small one: stages: {hello: {cmd: echo hello}}',
  });
}

function projectOfFile(start: string, file: string): ProjectPlace {
  const path = resolve(start, file);
  if (isFile(path)) return { root: dirname(path), file: basename(path) };
  throw new FermentError('NO_PROJECT', `The pipeline file ${file} does not exist.`, {
    hint: 'Correct the path after --file.',
  });
}

function takesIn(root: string, { root: folder, file }: ProjectPlace): boolean {
  return isFoundBelow(root, `${relative(root, folder).replaceAll('\\', '/')}/${file}`);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
