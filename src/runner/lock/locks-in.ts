import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes } from '../../kit/index.ts';
import { isLockText } from '../git/index.ts';

/** Files called `*.lock` in the project's folder that are ours: of each pipeline file that was ever named. */
export function locksIn(root: string): readonly string[] {
  return filesCalledLock(root).filter((name) => isLockText(readFileSync(join(root, name), 'latin1')));
}

/** A text that is another one when a lock in the folder came, went or was written since. Costs a stat for each. */
export function lookOfLocks(root: string): string {
  return filesCalledLock(root)
    .map((name) => {
      const stat = statSync(join(root, name), { bigint: true, throwIfNoEntry: false });
      return [name, stat?.ino, stat?.size, stat?.mtimeNs, stat?.ctimeNs].join(' ');
    })
    .join('\n');
}

function filesCalledLock(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.lock') && !entry.isDirectory())
    .map(({ name }) => name)
    .sort(compareBytes);
}
