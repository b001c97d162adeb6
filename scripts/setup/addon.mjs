import { createHash } from 'node:crypto';
import { addonFlags } from './addon-flags.mjs';
import { binaryStep, versionOf } from './binary.mjs';
import { nativePackage, packageFolder } from './package-folder.mjs';
import { locateLibrary } from './variant.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The native package's addon, where `@tensorflow/tfjs-node-gpu` looks for it. */
export const addonBinary = /** @satisfies {import('./types.ts').Binary} */ ({
  name: 'addon',
  file: 'tfjs_binding',
  key: addonKey,
  compile: async (context, output) => {
    const { compileAddon } = await import('./compiler.mjs');
    await compileAddon(context, output);
  },
});

/** The compiled addon; built once per user and copied from then on. */
export const addon = binaryStep(addonBinary);

/**
 * Names the addon by everything that it is made from.
 * @param {Context} context
 * @returns {string}
 */
function addonKey(context) {
  const { platform, arch } = context;
  const native = versionOf(nativePackage(context));
  const headers = versionOf(packageFolder(context, 'node-api-headers'));
  const parts = [native, headers, locateLibrary(context).key, platform, arch, addonFlags(platform)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
