import { join } from 'node:path';
import { readText } from './read-text.ts';

/** How DVC's configuration wants mappings to be written as arguments. */
export interface ArgumentStyle {
  /** `store_true` leaves a false flag out, `boolean_optional` writes `--no-flag`. */
  readonly bool: 'store_true' | 'boolean_optional';
  /** `nargs` writes `--list a b`, `append` writes `--list a --list b`. */
  readonly list: 'nargs' | 'append';
}

export const DEFAULT_STYLE: ArgumentStyle = { bool: 'store_true', list: 'nargs' };

/** Section `parsing` of a project's `.dvc/config` and, laid on it, `.dvc/config.local`; other values count as unset. */
export function readArgumentStyle(root: string): ArgumentStyle {
  const set = new Map(['config', 'config.local'].flatMap((name) => parsingSection(join(root, '.dvc', name))));
  return {
    bool: set.get('bool') === 'boolean_optional' ? 'boolean_optional' : 'store_true',
    list: set.get('list') === 'append' ? 'append' : 'nargs',
  };
}

/** Names and values of the section, in lower case as DVC compares them. */
function parsingSection(path: string): [string, string][] {
  const read = readText(path);
  if (read.kind !== 'text') return [];
  let section = '';
  return read.text.split(/\r?\n/).flatMap((line): [string, string][] => {
    section = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1] ?? section;
    const [, name, value] = /^\s*(\w+)\s*=\s*["']?(.*?)["']?\s*$/.exec(line) ?? [];
    if (section.toLowerCase() !== 'parsing' || name === undefined || value === undefined) return [];
    return [[name.toLowerCase(), value.toLowerCase()]];
  });
}
