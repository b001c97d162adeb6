import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addonFlags } from './addon-flags.mjs';
import { readIfThere, temporaryName, writeAtomically } from './files.mjs';
import { NATIVE_PACKAGE } from './link.mjs';
import { locateLibrary } from './variant.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The compiled addon, where `@tensorflow/tfjs-node-gpu` looks for it; built once per user and copied from then on. */
export const addon = { name: 'addon', isReady, run };

/**
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  const { binary, stamp } = addonPaths(context);
  return existsSync(binary) && readIfThere(stamp) === addonKey(context);
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  const { binary, stamp, cached } = addonPaths(context);
  const isCached = existsSync(cached);
  if (!isCached) await buildOnce(context, cached);
  // A copy, not a link: Node follows links, and the addon finds its library from where it lies.
  writeAtomically(binary, readFileSync(cached));
  writeAtomically(stamp, addonKey(context));
  return isCached ? 'copied from the cache folder' : 'built';
}

/**
 * Compiles into the cache folder, unless another checkout did so while we waited for its lock.
 * @param {Context} context
 * @param {string} cached
 */
async function buildOnce(context, cached) {
  const { takeLock } = await import('./lock.mjs');
  const { compileAddon } = await import('./compiler.mjs');
  const folder = dirname(cached);
  const release = await takeLock(`${folder}.lock`, (holder) => {
    context.report.line(`addon: waiting for ${holder}, which is building the same addon`);
  });
  try {
    if (existsSync(cached)) return;
    // Whatever lies there is a killed compiler's: nobody else builds while we hold the lock.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const temporary = temporaryName(cached);
    context.report.live('addon: compiling …');
    await compileAddon(context, temporary);
    renameSync(temporary, cached);
  } finally {
    release();
  }
}

/**
 * Names the addon by everything that it is made from.
 * @param {Context} context
 * @returns {string}
 */
export function addonKey(context) {
  const { platform, arch, root } = context;
  const native = versionOf(join(root, NATIVE_PACKAGE));
  const headers = versionOf(join(root, 'node_modules', 'node-api-headers'));
  const parts = [native, headers, locateLibrary(context).key, platform, arch, addonFlags(platform)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** @param {string} folder */
function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/**
 * @param {Context} context
 * @returns {{ binary: string, stamp: string, cached: string }}
 */
export function addonPaths(context) {
  const folder = join(context.root, NATIVE_PACKAGE, 'lib', 'napi-v8');
  return {
    binary: join(folder, 'tfjs_binding.node'),
    stamp: join(folder, 'tfjs_binding.key'),
    cached: join(context.cache, `addon-${addonKey(context)}`, 'tfjs_binding.node'),
  };
}
