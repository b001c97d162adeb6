import { join } from 'node:path';
import { DVCIGNORE, isIgnored, type Kind, type Rule, rulesOf } from '../ignore/rules.ts';
import type { ProjectPath } from '../model.ts';
import { readText } from './read-text.ts';

/** Files that name what is to be ignored. */
export const IGNORE_FILES = ['.gitignore', DVCIGNORE];

/**
 * Tells which paths .gitignore and .dvcignore name, so that looking for pipeline files does not walk through data. The
 * files of a folder count below it, from when `enter` was told of it; a later or deeper `!pattern` takes back.
 */
export class Ignore {
  readonly #root: string;
  readonly #rules: Rule[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Reads the ignore files of a folder, `''` for the root, of which these names are known. */
  enter(folder: ProjectPath, names: ReadonlySet<string>): void {
    for (const name of IGNORE_FILES) {
      if (!names.has(name)) continue;
      const read = readText(join(this.#root, folder, name));
      const dialect = name === DVCIGNORE ? 'dvc' : 'git';
      if (read.kind === 'text') this.#rules.push(...rulesOf(read.text, folder, dialect));
    }
  }

  isIgnored(path: ProjectPath, kind: Kind): boolean {
    return isIgnored(this.#rules, path, kind);
  }
}
