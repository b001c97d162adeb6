import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCode } from './error.mjs';
import { createReporter } from './progress.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The folder of the checkout, or of the installed package, that these scripts belong to. */
export const checkoutRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Describes this process's checkout, machine and pinned downloads; `changes` replaces parts of it.
 * @param {Partial<Context>} [changes]
 * @returns {Context}
 */
export function createContext(changes = {}) {
  const env = changes.env ?? process.env;
  const platform = changes.platform ?? process.platform;
  return {
    root: resolve(checkoutRoot),
    cache: resolveCache(env, platform),
    env,
    platform,
    arch: process.arch,
    pins: changes.pins ?? JSON.parse(readFileSync(new URL('./wheels.json', import.meta.url), 'utf8')),
    report: changes.report ?? createReporter(process.stderr),
    ...changes,
  };
}

/**
 * Where the library and the addon are kept, once per user.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} platform
 * @returns {string}
 */
export function resolveCache(env, platform) {
  const home = env.HOME || homedir();
  if (env.FERMENT_CACHE) return resolve(env.FERMENT_CACHE);
  if (env.XDG_CACHE_HOME?.startsWith('/')) return join(env.XDG_CACHE_HOME, 'ferment');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'ferment') : join(home, '.cache', 'ferment');
}

/**
 * A file of this checkout's set-up in the cache folder (not in node_modules, which `npm ci` empties); where that belongs to somebody
 * else, who filled it for all, in dist/.
 * @param {Context} context
 * @param {string} ending
 * @returns {string}
 */
export function checkoutFile({ root, cache }, ending) {
  const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return join(isReadOnly(cache) ? join(root, 'dist') : cache, `checkout-${id}.${ending}`);
}

/** @param {string} folder */
function isReadOnly(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return ['EACCES', 'EROFS'].includes(errorCode(error) ?? '');
  }
}
