import { join } from 'node:path';
import picomatch from 'picomatch';
import type { ProjectPath } from '../model.ts';
import { readText } from './read-text.ts';

/** Files that name what is to be ignored. */
export const IGNORE_FILES = ['.gitignore', '.dvcignore'];

interface Rule {
  readonly takesBack: boolean;
  readonly isForFolders: boolean;
  /** Of a path of the project. */
  readonly matches: (path: string) => boolean;
}

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
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const name of IGNORE_FILES)
      if (names.has(name)) this.#rules.push(...rulesOf(join(this.#root, folder, name), prefix));
  }

  isIgnored(path: ProjectPath, kind: 'file' | 'folder'): boolean {
    let ignored = false;
    for (const { matches, takesBack, isForFolders } of this.#rules) {
      const isMeant = kind === 'folder' || !isForFolders;
      if (isMeant && ignored === takesBack && matches(path)) ignored = !takesBack;
    }
    return ignored;
  }
}

function rulesOf(path: string, prefix: string): Rule[] {
  const read = readText(path);
  if (read.kind !== 'text') return [];
  return read.text.split(/\r?\n/).flatMap((line): Rule[] => {
    const takesBack = line.startsWith('!');
    const written = (takesBack ? line.slice(1) : line).trim();
    const pattern = written.replace(/\/+$/, '');
    if (pattern === '' || pattern.startsWith('#')) return [];
    // A pattern with a slash inside is meant from the file's folder, one without for any depth.
    const glob = pattern.includes('/') ? pattern.replace(/^\/+/, '') : `**/${pattern}`;
    const matchesBelow = picomatch(glob, { dot: true });
    return [
      {
        takesBack,
        isForFolders: written !== pattern,
        matches: (one) => one.startsWith(prefix) && matchesBelow(one.slice(prefix.length)),
      },
    ];
  });
}
