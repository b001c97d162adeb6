import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createReporter } from './progress.mjs';

/**
 * @typedef {object} Wheel one file of the Python package index
 * @property {string} name
 * @property {string} version
 * @property {string} platform pip's platform tag
 * @property {string} [python] `3.11` for wheels tied to one CPython; left out for `py3-none` wheels
 * @property {string} sha256 of the whole file
 * @property {number} bytes of the whole file
 */

/**
 * @typedef {object} Build one TensorFlow for one platform
 * @property {readonly [Wheel, ...Wheel[]]} wheels the first holds TensorFlow itself
 * @property {number} diskBytes free disk needed while installing
 */

/**
 * @typedef {object} Context everything a step may depend on, so that a test can hand in its own
 * @property {string} root the checkout
 * @property {string} cache the per-user folder that all checkouts share
 * @property {NodeJS.ProcessEnv} env
 * @property {string} platform
 * @property {string} arch
 * @property {{ version: string, builds: Record<string, Build> }} pins
 * @property {import('./progress.mjs').Reporter} report
 */

/** The folder of the checkout that these scripts belong to. */
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
