import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkFlags } from './addon-flags.mjs';
import { binaryStep, versionOf } from './binary.mjs';
import { SetupError } from './error.mjs';
import { readIfThere, writeAtomically } from './files.mjs';
import { KERNEL_SOURCES, kernelUnits } from './kernel-flags.mjs';
import { packageFolder } from './package-folder.mjs';
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

const binary = binaryStep(kernelsBinary);

/** The compiled operations; built once per user and copied from then on. */
export const kernels = {
  ...binary,
  /** @param {Context} context */
  isReady: (context) => binary.isReady(context) && readIfThere(notePath(context)) === noteOf(context),
  /** @param {Context} context */
  run: async (context) => {
    if (readIfThere(notePath(context)) !== noteOf(context))
      writeAtomically(notePath(context), noteOf(context));
    return binary.run(context);
  },
};

/**
 * Names the operations by everything that they are made from, the sources first.
 * @param {Context} context
 * @returns {string}
 */
function kernelsKey(context) {
  const { platform, arch } = context;
  const headers = versionOf(packageFolder(context, 'node-api-headers'));
  const settings = [kernelUnits(arch), linkFlags(platform)];
  const others = digestOf([headers, locateLibrary(context).key, platform, arch, settings]);
  return `${revisionOf(context)}-${others}`;
}

/**
 * Names the sources by all their names and texts.
 * @param {Context} context
 * @returns {string}
 */
function revisionOf({ root }) {
  const folder = join(root, KERNEL_SOURCES);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const sources = names.filter((name) => /\.(cc|h)$/.test(name)).sort();
  if (sources.length === 0)
    throw new SetupError(`${KERNEL_SOURCES} has no sources`, `git checkout ${KERNEL_SOURCES}`);
  return digestOf(sources.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** @param {unknown} value */
function digestOf(value) {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/** @param {Context} context */
function notePath({ root }) {
  return join(root, KERNEL_SOURCES, 'revision.ts');
}

/**
 * The sources' name as a module of the engine.
 * @param {Context} context
 */
function noteOf(context) {
  return `// Written by set-up (scripts/setup/kernels.mjs). It makes the kernels a part of the code of every stage that computes: with others it
// runs again.

/** The digest of the C++ sources beside this file. */
export const REVISION = '${revisionOf(context)}';
`;
}
