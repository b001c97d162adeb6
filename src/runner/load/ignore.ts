import { join } from 'node:path';
import picomatch from 'picomatch';
import type { ProjectPath } from '../model.ts';
import { readText } from './read-text.ts';

/**
 * Tells which folders the root's .gitignore and .dvcignore name, so that looking for pipeline files does not walk
 * through data. Only patterns for folders of the root's files are read; a later `!pattern` takes back.
 */
export function createIgnore(root: string): (folder: ProjectPath) => boolean {
  const rules = ['.gitignore', '.dvcignore'].flatMap((name) => rulesOf(join(root, name)));
  return (folder) => {
    let ignored = false;
    for (const { matches, takesBack } of rules)
      if (ignored === takesBack && matches(folder)) ignored = !takesBack;
    return ignored;
  };
}

interface Rule {
  readonly takesBack: boolean;
  readonly matches: (path: string) => boolean;
}

function rulesOf(path: string): Rule[] {
  const read = readText(path);
  if (read.kind !== 'text') return [];
  return read.text.split(/\r?\n/).flatMap((line): Rule[] => {
    const takesBack = line.startsWith('!');
    const pattern = (takesBack ? line.slice(1) : line).trim().replace(/\/+$/, '');
    if (pattern === '' || pattern.startsWith('#')) return [];
    // A pattern with a slash inside is meant from the root, one without for any depth.
    const fromRoot = pattern.includes('/');
    const glob = fromRoot ? pattern.replace(/^\/+/, '') : `**/${pattern}`;
    return [{ takesBack, matches: picomatch(glob, { dot: true }) }];
  });
}
