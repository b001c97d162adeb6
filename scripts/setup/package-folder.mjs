import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SetupError } from './error.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The native package whose addon is built here. */
const NATIVE = '@tensorflow/tfjs-node-gpu';

/**
 * Whether Ferment lies there as a package of some project, and is no checkout: npm has brought its packages then, and `dist/` came with it.
 * @param {Pick<Context, 'root'>} context
 * @returns {boolean}
 */
export function isInstalled({ root }) {
  return basename(dirname(root)) === 'node_modules';
}

/**
 * Where a package of ours lies: in the checkout's own node_modules, or where Node would find it from an installed Ferment (npm puts it
 * beside Ferment, pnpm elsewhere).
 * @param {Pick<Context, 'root'>} context
 * @param {string} name
 * @returns {string}
 */
export function packageFolder({ root }, name) {
  const own = join(root, 'node_modules', name);
  if (!isInstalled({ root }) || existsSync(own)) return own;
  for (let folder = dirname(root); dirname(folder) !== folder; folder = dirname(folder)) {
    const path = join(folder, name);
    if (basename(folder) === 'node_modules' && existsSync(path)) return path;
  }
  throw new SetupError(`the package ${name} is missing`, 'install Ferment again, with --ignore-scripts');
}

/**
 * The native package.
 * @param {Pick<Context, 'root'>} context
 * @returns {string}
 */
export function nativePackage(context) {
  return packageFolder(context, NATIVE);
}
