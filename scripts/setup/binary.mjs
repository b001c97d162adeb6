import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere, temporaryName, writeAtomically } from './files.mjs';
import { nativePackage } from './package-folder.mjs';

/** @typedef {import('./types.ts').Binary} Binary */

/** @typedef {import('./types.ts').Context} Context */

/**
 * The step that brings a binary beside the native package's addon: compiled once per user, and copied from then on.
 * @param {Binary} binary
 * @returns {import('./types.ts').Step}
 */
export function binaryStep(binary) {
  return {
    name: binary.name,
    isReady: (context) => {
      const { path, stamp } = binaryPaths(context, binary);
      return existsSync(path) && readIfThere(stamp) === binary.key(context);
    },
    run: (context) => bring(context, binary),
  };
}

/**
 * @param {Context} context
 * @param {Binary} binary
 * @returns {{ path: string, stamp: string, cached: string }}
 */
export function binaryPaths(context, { name, file, key }) {
  const folder = join(nativePackage(context), 'lib', 'napi-v8');
  return {
    path: join(folder, `${file}.node`),
    stamp: join(folder, `${file}.key`),
    cached: join(context.cache, `${name}-${key(context)}`, `${file}.node`),
  };
}

/**
 * The version of an installed package, by its folder.
 * @param {string} folder
 * @returns {string}
 */
export function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/**
 * @param {Context} context
 * @param {Binary} binary
 */
async function bring(context, binary) {
  const { path, stamp, cached } = binaryPaths(context, binary);
  const isCached = existsSync(cached);
  if (!isCached) await buildOnce(context, binary);
  // A copy, not a link: Node follows links, and a binary finds its library from where it lies.
  writeAtomically(path, readFileSync(cached));
  writeAtomically(stamp, binary.key(context));
  return isCached ? 'copied from the cache folder' : 'built';
}

/**
 * Compiles into the cache folder, unless another checkout did so while we waited for its lock.
 * @param {Context} context
 * @param {Binary} binary
 */
async function buildOnce(context, binary) {
  const { takeLock } = await import('./lock.mjs');
  const { name, compile } = binary;
  const { cached } = binaryPaths(context, binary);
  const folder = dirname(cached);
  const release = await takeLock(`${folder}.lock`, (holder) => {
    context.report.line(`${name}: waiting for ${holder}, which is building the same`);
  });
  try {
    if (existsSync(cached)) return;
    // Whatever lies there is a killed compiler's: nobody else builds while we hold the lock.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const temporary = temporaryName(cached);
    context.report.live(`${name}: compiling …`);
    await compile(context, temporary);
    renameSync(temporary, cached);
  } finally {
    if (!existsSync(cached)) rmSync(folder, { recursive: true, force: true });
    release();
  }
}
