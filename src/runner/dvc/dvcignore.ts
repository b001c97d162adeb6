import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { readText } from '../load/read-text.ts';

/** One line of a `.dvcignore`. */
interface Rule {
  readonly takesBack: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * The files that DVC counts as a folder's content, in no order: links to folders are not followed, and what a
 * `.dvcignore` names (of the folder, above it in the repository, or below) is left out. Paths are below the folder.
 */
export function listAsDvc(repository: string, folder: string): string[] {
  const above = relative(repository, folder);
  const parts = above === '' || above.startsWith('..') ? [] : above.split(sep);
  const rules = parts.length === 0 ? [] : rulesAbove(repository, parts);
  const files: string[] = [];
  visit(folder, '', rules, files);
  return files;
}

/** Rules see paths as `join(folder, …)`, absolute, with slashes. */
function rulesAbove(repository: string, parts: readonly string[]): Rule[] {
  let folder = repository;
  const rules = rulesIn(folder);
  for (const part of parts.slice(0, -1)) {
    folder = join(folder, part);
    rules.push(...rulesIn(folder));
  }
  return rules;
}

function visit(folder: string, prefix: string, above: readonly Rule[], files: string[]): void {
  const rules = [...above, ...rulesIn(folder)];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const kind = kindOf(path, entry);
    if (kind === undefined || isOwn(entry.name, kind) || isIgnored(rules, path, kind)) continue;
    if (kind === 'file') files.push(prefix + entry.name);
    else visit(path, `${prefix}${entry.name}/`, rules, files);
  }
}

type Kind = 'file' | 'folder';

/** A link to a file counts as a file; a link to a folder, a pipe or a device counts for nothing. */
function kindOf(path: string, entry: Dirent): Kind | undefined {
  if (entry.isDirectory()) return 'folder';
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'file' : undefined;
}

/** What DVC never looks at. */
function isOwn(name: string, kind: Kind): boolean {
  return name === '.git' || (kind !== 'file' && (name === '.hg' || name === '.dvc'));
}

function isIgnored(rules: readonly Rule[], path: string, kind: Kind): boolean {
  let ignored = false;
  for (const { takesBack, foldersOnly, matches } of rules) {
    if (foldersOnly && kind === 'file') continue;
    if (ignored === takesBack && matches(path)) ignored = !takesBack;
  }
  return ignored;
}

function rulesIn(folder: string): Rule[] {
  const read = readText(join(folder, '.dvcignore'));
  if (read.kind !== 'text') return [];
  return read.text.split(/\r?\n/).flatMap((line): Rule[] => {
    const takesBack = line.startsWith('!');
    const text = (takesBack ? line.slice(1) : line).replace(/(?<!\\)\s+$/, '');
    const pattern = text.replace(/\/+$/, '');
    if (pattern === '' || text.startsWith('#')) return [];
    // A pattern with a slash inside is meant from its folder, one without for any depth.
    const glob = pattern.includes('/') ? pattern.replace(/^\/+/, '') : `**/${pattern}`;
    const isMatch = picomatch(glob, { dot: true, nobrace: true, noextglob: true });
    const start = folder.endsWith(sep) ? folder.length : folder.length + 1;
    return [{ takesBack, foldersOnly: text.endsWith('/'), matches: (path) => isMatch(path.slice(start)) }];
  });
}
