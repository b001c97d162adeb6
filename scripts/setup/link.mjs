import { join } from 'node:path';
import { isLinkTo, linkAtomically } from './files.mjs';
import { nativePackage } from './package-folder.mjs';
import { locateLibrary } from './variant.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** Links from where the addon looks (`deps/` in its package) to the library in the cache. */
export const link = { name: 'link', isReady, run };

/**
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  return linksOf(context).every(([path, target]) => isLinkTo(path, target));
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  const links = linksOf(context);
  for (const [path, target] of links) linkAtomically(path, target);
  return `${links.length} links to the library`;
}

/**
 * Every link: its path and what it says. The CUDA library finds NVIDIA's in `../nvidia` from where it was loaded, which is `deps/lib`.
 * @param {Context} context
 * @returns {readonly (readonly [string, string])[]}
 */
function linksOf(context) {
  const { folder, variant } = locateLibrary(context);
  const deps = join(nativePackage(context), 'deps');
  const target = libraryFiles(context.platform);
  const libraries = Object.entries(target).map(
    ([name, file]) => /** @type {const} */ ([join(deps, 'lib', name), join(folder, 'tensorflow', file)]),
  );
  const nvidia =
    variant === 'cuda' ? [/** @type {const} */ ([join(deps, 'nvidia'), join(folder, 'nvidia')])] : [];
  return [[join(deps, 'include'), join(folder, 'tensorflow', 'include')], ...libraries, ...nvidia];
}

/**
 * Names in `deps/lib`: those the package expects of its own download, and those the libraries call themselves.
 * @param {string} platform
 * @returns {Record<string, string>}
 */
function libraryFiles(platform) {
  const [cc, framework] = ccAndFramework(platform);
  const [plainCc, plainFramework] =
    platform === 'darwin'
      ? ['libtensorflow.2.dylib', 'libtensorflow_framework.2.dylib']
      : ['libtensorflow.so', 'libtensorflow_framework.so'];
  return { [cc]: cc, [framework]: framework, [plainCc]: cc, [plainFramework]: framework };
}

/**
 * The file names of TensorFlow's two shared libraries.
 * @param {string} platform
 * @returns {readonly [string, string]}
 */
export function ccAndFramework(platform) {
  return platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
}
