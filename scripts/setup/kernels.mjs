import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkFlags } from './addon-flags.mjs';
import { binaryStep, versionOf } from './binary.mjs';
import { SetupError } from './error.mjs';
import { KERNEL_SOURCES, kernelUnits } from './kernel-flags.mjs';
import { locateLibrary } from './variant.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The engine's own operations for TensorFlow, beside the addon that runs them. */
export const kernelsBinary = /** @satisfies {import('./types.ts').Binary} */ ({
  name: 'kernels',
  file: 'ferment_kernels',
  key: kernelsKey,
  compile: async (context, output) => {
    const { compileKernels } = await import('./compile-kernels.mjs');
    await compileKernels(context, output);
  },
});

/** The compiled operations; built once per user and copied from then on. */
export const kernels = binaryStep(kernelsBinary);

/**
 * Names the operations by everything that they are made from.
 * @param {Context} context
 * @returns {string}
 */
function kernelsKey(context) {
  const { platform, arch } = context;
  const headers = versionOf(context, 'node_modules/node-api-headers');
  const settings = [kernelUnits(arch), linkFlags(platform)];
  const parts = [sourcesOf(context), headers, locateLibrary(context).key, platform, arch, settings];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/**
 * Name and text of every source.
 * @param {Context} context
 */
function sourcesOf({ root }) {
  const folder = join(root, KERNEL_SOURCES);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const sources = names.filter((name) => /\.(cc|h)$/.test(name)).sort();
  if (sources.length === 0)
    throw new SetupError(`${KERNEL_SOURCES} has no sources`, `git checkout ${KERNEL_SOURCES}`);
  return sources.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}
