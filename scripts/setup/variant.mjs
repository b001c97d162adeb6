import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './error.mjs';
import { findProgram } from './process.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** @typedef {import('./types.ts').Library} Library */

/** In a library's folder, the list of its files with their sizes; written last, before the folder gets its name. */
export const FILE_LIST = 'files.json';

/** Where the NVIDIA driver shows itself: on Linux, and on Linux inside Windows (WSL 2). */
const DRIVER_FILES = ['/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/**
 * Chooses the TensorFlow build for this machine; refuses an unknown `FERMENT_TF` and a platform without a pinned build.
 * @param {Context} context
 * @returns {Library}
 */
export function locateLibrary(context) {
  const { pins, platform, arch } = context;
  const variant = resolveVariant(context);
  const build = pins.builds[`${platform}-${arch}-${variant}`];
  if (!build) throw noBuild(context, variant);
  const key = `tensorflow-${variant}-${pins.version}-${build.wheels[0].sha256.slice(0, 16)}`;
  return { variant, version: pins.version, build, key, folder: join(context.cache, key) };
}

/**
 * `FERMENT_TF` where it is set, else CUDA exactly where there are an NVIDIA driver and a CUDA build.
 * @param {Context} context
 * @returns {'cpu' | 'cuda'}
 */
export function resolveVariant({ env, pins, platform, arch }) {
  const wish = env.FERMENT_TF;
  if (wish === 'cpu' || wish === 'cuda') return wish;
  if (wish)
    throw new SetupError(
      `FERMENT_TF must be "cpu" or "cuda"; received "${wish}"`,
      'unset FERMENT_TF lets set-up choose',
    );
  return pins.builds[`${platform}-${arch}-cuda`] && hasNvidiaDriver(env) ? 'cuda' : 'cpu';
}

/**
 * Whether an NVIDIA driver is installed, found by looking at a few files: this is asked at every start.
 * @param {NodeJS.ProcessEnv} env
 */
function hasNvidiaDriver(env) {
  return DRIVER_FILES.some((path) => existsSync(path)) || findProgram(['nvidia-smi'], env) !== undefined;
}

/**
 * @param {Context} context
 * @param {string} variant
 */
function noBuild({ pins, platform, arch }, variant) {
  if (pins.builds[`${platform}-${arch}-cpu`]) {
    return new SetupError(
      `there is no TensorFlow ${pins.version} with CUDA for ${platform} ${arch}`,
      'set FERMENT_TF=cpu, or unset it',
    );
  }
  const known = Object.keys(pins.builds).filter((name) => name.endsWith('-cpu'));
  const platforms = known.map((name) => name.replace(/-cpu$/, '').replace('-', ' ')).join(', ');
  const problem = `there is no TensorFlow ${pins.version} (${variant}) for ${platform} ${arch}`;
  const hint = platform === 'win32' ? '; on Windows, use WSL 2' : '';
  return new SetupError(problem, `run Ferment on one of ${platforms}${hint}`);
}
