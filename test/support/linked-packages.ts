import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.ts';

/** The native package, into which set-up writes. */
const NATIVE = 'node_modules/@tensorflow/tfjs-node-gpu';

/**
 * Gives a folder the node_modules of this checkout as npm leaves them, by links: what set-up writes into is a copy
 * without what it has written here.
 */
export function linkPackages(root: string): void {
  linkEntries('node_modules', root, ['@tensorflow', '.ferment']);
  linkEntries('node_modules/@tensorflow', root, ['tfjs-node-gpu']);
  cpSync(join(repository, NATIVE), join(root, NATIVE), { recursive: true, verbatimSymlinks: true });
  for (const name of ['deps', 'lib']) rmSync(join(root, NATIVE, name), { recursive: true });
}

/** Links to everything in a folder of this checkout, but for the entries that the other one gets for itself. */
function linkEntries(folder: string, root: string, own: readonly string[]): void {
  mkdirSync(join(root, folder));
  for (const name of readdirSync(join(repository, folder)))
    if (!own.includes(name)) symlinkSync(join(repository, folder, name), join(root, folder, name));
}
