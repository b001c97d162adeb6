import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { PIPELINE_FILES } from './find-project.ts';
import { createIgnore } from './ignore.ts';

/** Folders with one of these are projects of their own. */
const PROJECT_MARKS = ['.git', '.ferment', '.dvc'];
const SKIPPED = new Set(['node_modules', '__pycache__', 'venv', 'site-packages']);

/** A folder of the project, with what is in it. */
export interface ProjectFolder {
  readonly folder: ProjectPath;
  readonly entries: readonly Dirent[];
}

/**
 * Pipeline files below the project's folder, as DVC has them, folder by folder in byte order. `outs` is read again
 * before each folder, so that what the files found so far write is skipped too.
 */
export function* findSubPipelines(root: string, outs: ReadonlySet<ProjectPath>): Generator<ProjectPath> {
  for (const { folder, entries } of projectFolders(root, outs)) {
    const file = PIPELINE_FILES.find((name) =>
      entries.some((entry) => entry.isFile() && entry.name === name),
    );
    if (file !== undefined) yield `${folder}/${file}`;
  }
}

/**
 * The folders below the project's that people write in. Skips hidden folders, installed packages, projects of their
 * own, what .gitignore and .dvcignore of the root name, and `outs`.
 */
export function* projectFolders(root: string, outs: ReadonlySet<ProjectPath>): Generator<ProjectFolder> {
  const isIgnored = createIgnore(root);
  const queue: ProjectPath[] = foldersIn(list(root), '');
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    if (outs.has(folder) || isIgnored(folder)) continue;
    const entries = list(join(root, folder));
    if (entries.some(({ name }) => PROJECT_MARKS.includes(name))) continue;
    yield { folder, entries };
    queue.push(...foldersIn(entries, `${folder}/`));
  }
}

function foldersIn(entries: readonly Dirent[], prefix: string): ProjectPath[] {
  const names = entries.filter((entry) => entry.isDirectory() && mayHold(entry.name)).map(({ name }) => name);
  return names.sort(compareBytes).map((name) => prefix + name);
}

function mayHold(name: string): boolean {
  return !name.startsWith('.') && !SKIPPED.has(name);
}

/** A folder that cannot be read holds no pipeline for this user. */
function list(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
