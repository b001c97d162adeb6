import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../load/read-text.ts';
import { DVCIGNORE, type Rule, rulesOf } from './rules.ts';

/**
 * The rules that hold in a folder: those of the folders above, then those of its own `.dvcignore`, if it has a
 * readable one. Paths are absolute.
 */
export function rulesInside(folder: string, above: readonly Rule[]): readonly Rule[] {
  const file = join(folder, DVCIGNORE);
  // Mostly there is none: asking costs less than the error of a failed read.
  if (!existsSync(file)) return above;
  const read = readText(file);
  return read.kind === 'text' ? [...above, ...rulesOf(read.text, folder, 'dvc')] : above;
}

/**
 * The rules of the folders above a path, from the root on; `[]` for a path that is not below the root.
 * Paths are absolute, with slashes.
 */
export function rulesAbove(
  root: string,
  path: string,
  inside: (folder: string, above: readonly Rule[]) => readonly Rule[] = rulesInside,
): readonly Rule[] {
  const start = root.endsWith('/') ? root : `${root}/`;
  if (!path.startsWith(start)) return [];
  let rules = inside(root, []);
  for (let end = path.indexOf('/', start.length); end !== -1; end = path.indexOf('/', end + 1))
    rules = inside(path.slice(0, end), rules);
  return rules;
}
