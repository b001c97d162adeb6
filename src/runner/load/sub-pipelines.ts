import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import { IGNORE_FILES, Ignore } from './ignore.ts';
import { type FolderEntry, findInLargeLeaf } from './large-leaf.ts';
import { PIPELINE_FILES } from './pipeline-names.ts';
import type { SkippedProject } from './skipped-projects.ts';

/** Folders with one of these are projects of their own; the first is the one that is told. */
const PROJECT_MARKS = ['.ferment', '.git', '.dvc'];
/** All names that looking for pipeline files asks for. */
const WANTED = [...PROJECT_MARKS, ...IGNORE_FILES, ...PIPELINE_FILES];
const SKIPPED = new Set(['node_modules', '__pycache__', 'venv', 'site-packages']);

/** A folder of the project, with what is in it. */
export interface ProjectFolder {
  readonly folder: ProjectPath;
  readonly entries: readonly FolderEntry[];
}

/**
 * Pipeline files below the project's folder, as DVC has them, folder by folder in byte order. `outs` is read again
 * before each folder, so that what the files found so far write is skipped too. `onSkipped` is told of folders with
 * pipeline files that are projects of their own.
 */
export function* findSubPipelines(
  root: string,
  outs: ReadonlySet<ProjectPath>,
  onSkipped: (skipped: SkippedProject) => void,
): Generator<ProjectPath> {
  const find = (path: string): FolderEntry[] => findInLargeLeaf(path, WANTED) ?? list(path);
  const onOther = ({ folder, entries }: ProjectFolder): void => {
    const mark = PROJECT_MARKS.find((name) => entries.some((entry) => entry.name === name));
    if (mark !== undefined && pipelineIn(entries) !== undefined) onSkipped({ folder, mark });
  };
  for (const { folder, entries } of projectFolders(root, outs, find, onOther)) {
    const file = pipelineIn(entries);
    if (file !== undefined) yield `${folder}/${file}`;
  }
}

function pipelineIn(entries: readonly FolderEntry[]): string | undefined {
  return PIPELINE_FILES.find((name) => entries.some((entry) => entry.isFile() && entry.name === name));
}

/** Whether a pipeline file is found from a folder above it. What stages write is not known here, and not skipped. */
export function isFoundBelow(root: string, file: ProjectPath): boolean {
  const ignore = new Ignore(root);
  const names = (folder: ProjectPath): string[] =>
    WANTED.filter((name) => existsSync(join(root, folder, name)));
  ignore.enter('', new Set(names('')));
  const words = file.split('/').slice(0, -1);
  for (const [i, word] of words.entries()) {
    const folder = words.slice(0, i + 1).join('/');
    if (!mayHold(word) || ignore.isIgnored(folder, 'folder')) return false;
    const there = names(folder);
    if (there.some((name) => PROJECT_MARKS.includes(name))) return false;
    ignore.enter(folder, new Set(there));
  }
  return !ignore.isIgnored(file, 'file');
}

/**
 * The folders below the project's that people write in. Skips hidden folders, installed packages, projects of their
 * own, what .gitignore and .dvcignore name, and `outs`. Pipeline files that these name are left out of the entries,
 * which `listEntries` gives, or those of them that matter to it. `onOther` is told of projects of their own.
 */
export function* projectFolders(
  root: string,
  outs: ReadonlySet<ProjectPath>,
  listEntries: (path: string) => FolderEntry[] = list,
  onOther: (folder: ProjectFolder) => void = () => {},
): Generator<ProjectFolder> {
  const ignore = new Ignore(root);
  const top = list(root);
  ignore.enter('', namesOf(top));
  const queue: ProjectPath[] = foldersIn(top, '');
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    if (outs.has(folder) || ignore.isIgnored(folder, 'folder')) continue;
    const entries = listEntries(join(root, folder));
    if (entries.some(({ name }) => PROJECT_MARKS.includes(name))) {
      onOther({ folder, entries });
      continue;
    }
    ignore.enter(folder, namesOf(entries));
    yield { folder, entries: entries.filter((entry) => !isIgnoredFile(ignore, folder, entry)) };
    queue.push(...foldersIn(entries, `${folder}/`));
  }
}

/** Only pipeline files are asked for: matching every name of a folder of data would cost more than reading it. */
function isIgnoredFile(ignore: Ignore, folder: ProjectPath, { name }: FolderEntry): boolean {
  const isPipeline = name === 'pipeline.yaml' || name === 'dvc.yaml';
  return isPipeline && ignore.isIgnored(`${folder}/${name}`, 'file');
}

function namesOf(entries: readonly FolderEntry[]): ReadonlySet<string> {
  return new Set(entries.map(({ name }) => name));
}

function foldersIn(entries: readonly FolderEntry[], prefix: string): ProjectPath[] {
  const names = entries.filter((entry) => entry.isDirectory() && mayHold(entry.name)).map(({ name }) => name);
  return names.sort(compareBytes).map((name) => prefix + name);
}

function mayHold(name: string): boolean {
  return !name.startsWith('.') && !SKIPPED.has(name);
}

/** A folder that cannot be read holds no pipeline for this user. */
function list(path: string): FolderEntry[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}
