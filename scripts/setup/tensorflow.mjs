import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonIfWhole } from './files.mjs';
import { FILE_LIST, locateLibrary } from './variant.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** TensorFlow's C library and headers, one copy per user, taken out of its Python wheel. */
export const tensorflow = { name: 'tensorflow', isReady, run };

/**
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  const { folder } = locateLibrary(context);
  const list = readJsonIfWhole(join(folder, FILE_LIST));
  if (list === undefined) return false;
  return Object.entries(list).every(([name, size]) => {
    return statSync(join(folder, name), { throwIfNoEntry: false })?.size === size;
  });
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  const library = locateLibrary(context);
  // Imported only now: a set-up with nothing to do should not load the downloader.
  const { takeLock } = await import('./lock.mjs');
  const { installLibrary } = await import('./library.mjs');
  const release = await takeLock(`${library.folder}.lock`, (holder) => {
    context.report.line(`tensorflow: waiting for ${holder}, which is installing the same library`);
  });
  try {
    if (!isReady(context)) await installLibrary(context, library);
  } finally {
    release();
  }
  return `TensorFlow ${library.version} (${library.variant}) is in ${context.cache}`;
}
