import { join, relative } from 'node:path';
import { quoteWord } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import { DEFAULT_LOCK_FILE } from '../load/lock-name.ts';

/**
 * A command for a hint, to be pasted into a shell: `ferment logs 'train@a b'`. It names the pipeline file where a
 * command without it would be about another pipeline.
 */
export function hintCommand(
  { root, file, lockFile }: Pick<Project, 'root' | 'file' | 'lockFile'>,
  ...words: readonly string[]
): string {
  const pipeline = lockFile === DEFAULT_LOCK_FILE ? [] : ['--file', relative('', join(root, file))];
  return ['ferment', ...[...words, ...pipeline].map(quoteWord)].join(' ');
}
