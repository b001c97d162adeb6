import { type Dialect, expressionFor } from './pattern.ts';

/** The name of the files whose patterns are no content. */
export const DVCIGNORE = '.dvcignore';

export type Kind = 'file' | 'folder';

/** One line of an ignore file. */
export interface Rule {
  readonly takesBack: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string, kind: Kind) => boolean;
}

/**
 * The rules of an ignore file's text. `folder` is where the file lies, `''` for the root, in the form that the paths
 * have which `isIgnored` is asked about: absolute, or of the project.
 */
export function rulesOf(text: string, folder: string, dialect: Dialect): readonly Rule[] {
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  return text.split(/\r?\n/).flatMap((line) => ruleOf(line.trim(), prefix, dialect) ?? []);
}

function ruleOf(line: string, prefix: string, dialect: Dialect): Rule | undefined {
  if (line.startsWith('#')) return undefined;
  const takesBack = line.startsWith('!');
  const written = takesBack ? line.slice(1) : line;
  const foldersOnly = written.endsWith('/');
  const pattern = foldersOnly ? written.replace(/\/+$/, '') : written;
  const expression = pattern === '' ? undefined : expressionFor(pattern, dialect);
  if (expression === undefined) return undefined;
  return {
    takesBack,
    foldersOnly,
    matches: (path, kind) => {
      if (!path.startsWith(prefix)) return false;
      const below = path.slice(prefix.length);
      return expression.test(dialect === 'dvc' && kind === 'folder' ? `${below}/` : below);
    },
  };
}

/** The same for a path below a folder that is asked about already: also what is in an ignored folder is ignored. */
export function isIgnoredBelow(rules: readonly Rule[], folder: string, path: string): boolean {
  const names = path.split('/');
  const isFile = (i: number): boolean => i === names.length - 1;
  return names.some((_, i) =>
    isIgnored(rules, `${folder}/${names.slice(0, i + 1).join('/')}`, isFile(i) ? 'file' : 'folder'),
  );
}

/** Whether the last rule that matches says so. What is in an ignored folder is not asked about: nobody goes in. */
export function isIgnored(rules: readonly Rule[], path: string, kind: Kind): boolean {
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i];
    if (rule === undefined || (rule.foldersOnly && kind === 'file')) continue;
    if (rule.matches(path, kind)) return !rule.takesBack;
  }
  return false;
}
