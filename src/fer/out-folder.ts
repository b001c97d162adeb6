import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { FermentError, isFolder } from '../kit/index.ts';

/** Throws USAGE where a file is in the way of a folder that is to be written into; makes nothing. */
export function requireOutFolder(path: string): void {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  if (!existsSync(there) || isFolder(there)) return;
  throw new FermentError(
    'USAGE',
    `The results need a folder: ${path}. Received: ${there === path ? 'it' : there} is a file.`,
    { hint: 'Name a folder, or one that is to be made.' },
  );
}
