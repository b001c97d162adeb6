import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rulesAbove, rulesInside } from '../ignore/dvcignore.ts';
import { isIgnored, type Kind, type Rule } from '../ignore/rules.ts';

/**
 * The files that DVC counts as a folder's content, in no order: links to folders are not followed, and what a
 * `.dvcignore` names (of the folder, above it in the repository, or below) is left out. Paths are below the folder.
 */
export function listAsDvc(repository: string, folder: string): string[] {
  const files: string[] = [];
  if (!isIgnoredAsWhole(repository, folder)) visit(folder, '', rulesAbove(repository, folder), files);
  return files;
}

/** A folder that a `.dvcignore` above names, or that lies in such a one, is empty for DVC. */
function isIgnoredAsWhole(repository: string, folder: string): boolean {
  const rules = rulesAbove(repository, folder);
  for (let path = folder; path.length > repository.length; path = dirname(path))
    if (isIgnored(rules, path, 'folder')) return true;
  return false;
}

function visit(folder: string, prefix: string, above: readonly Rule[], files: string[]): void {
  const rules = rulesInside(folder, above);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const kind = kindOf(path, entry);
    if (kind === undefined || isOwn(entry.name, kind) || isIgnored(rules, path, kind)) continue;
    if (kind === 'file') files.push(prefix + entry.name);
    else visit(path, `${prefix}${entry.name}/`, rules, files);
  }
}

/** A link to a file counts as a file; a link to a folder, a pipe or a device counts for nothing. */
function kindOf(path: string, entry: Dirent): Kind | undefined {
  if (entry.isDirectory()) return 'folder';
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'file' : undefined;
}

/** What DVC never looks at. */
function isOwn(name: string, kind: Kind): boolean {
  return name === '.git' || (kind !== 'file' && (name === '.hg' || name === '.dvc'));
}
