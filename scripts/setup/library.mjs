import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './error.mjs';
import { temporaryName } from './files.mjs';
import { renderBytes } from './progress.mjs';
import { unpackZip } from './unpack.mjs';
import { FILE_LIST } from './variant.mjs';
import { fetchWheel } from './wheel.mjs';

/** @typedef {import('./types.ts').Context} Context */
/** @typedef {import('./types.ts').Library} Library */

/** What the addon needs of a wheel: the two libraries, the headers its sources reach, and NVIDIA's libraries. */
const WANTED = [
  /^tensorflow\/libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/,
  /^tensorflow\/include\/tensorflow\/c\/[^/]+\.h$/,
  /^tensorflow\/include\/tensorflow\/c\/eager\/c_api\.h$/,
  /^tensorflow\/include\/(tensorflow\/core|tsl|xla\/tsl)\/platform\/ctstring(_internal)?\.h$/,
  /^tensorflow\/include\/xla\/tsl\/c\/[^/]+\.h$/,
  /^nvidia\/[^/]+\/(lib|bin|nvvm)\/(?!.*\.(a|h|py)$)/,
];

/**
 * Puts the library into the cache; refuses a system that cannot load it or hold it. Call it holding the library's lock.
 * @param {Context} context
 * @param {Library} library
 */
export async function installLibrary(context, library) {
  removeLeftovers(context, library);
  checkLibc(context);
  checkDisk(context, library);
  const temporary = temporaryName(library.folder);
  const clean = () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  // Also after Ctrl-C, which runs no `finally`: this may be a gigabyte.
  process.once('exit', clean);
  try {
    const sizes = await unpackWheels(context, library, temporary);
    writeFileSync(join(temporary, FILE_LIST), JSON.stringify(sizes, null, 1));
    rmSync(library.folder, { recursive: true, force: true });
    renameSync(temporary, library.folder);
  } finally {
    process.off('exit', clean);
    clean();
  }
}

/**
 * Downloads and unpacks one wheel after the other into `folder`; returns the sizes of all files by name.
 * @param {Context} context
 * @param {Library} library
 * @param {string} folder
 */
async function unpackWheels(context, { build }, folder) {
  /** @type {Record<string, number>} */
  const sizes = {};
  const download = join(folder, 'download');
  for (const wheel of build.wheels) {
    mkdirSync(download, { recursive: true });
    const archive = await fetchWheel(context, wheel, download);
    const unpacked = await unpackZip(archive, folder, {
      wants: (name) => WANTED.some((pattern) => pattern.test(name)),
      onProgress: (bytes) =>
        context.report.live(`tensorflow: unpacking ${wheel.name}, ${renderBytes(bytes)}`),
    });
    Object.assign(sizes, unpacked);
    rmSync(download, { recursive: true });
  }
  return sizes;
}

/**
 * Removes what an interrupted set-up left: whoever wrote it held the lock that we hold now, so nobody is writing there.
 * @param {Context} context
 * @param {Library} library
 */
function removeLeftovers({ cache }, { key }) {
  const leftovers = readdirSync(cache).filter((name) => name.startsWith(`${key}.`) && name.endsWith('.tmp'));
  for (const name of leftovers) rmSync(join(cache, name), { recursive: true, force: true });
}

/**
 * The wheels are built for glibc 2.27 and later; Alpine's musl cannot load them.
 * @param {Context} context
 */
function checkLibc({ platform }) {
  if (platform !== 'linux') return;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const version = report.header.glibcVersionRuntime;
  const [major = 0, minor = 0] = (version ?? '0.0').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return;
  const found = version ? `this system has glibc ${version}` : 'this system has none (Alpine?)';
  throw new SetupError(
    `TensorFlow needs glibc 2.27 or later, and ${found}`,
    'use Debian 10, Ubuntu 18.04 or a later system',
  );
}

/**
 * @param {Context} context
 * @param {Library} library
 */
function checkDisk({ cache }, { build, version, variant }) {
  const { bavail, bsize } = statfsSync(cache);
  const free = bavail * bsize;
  if (free >= build.diskBytes) return;
  throw new SetupError(
    `TensorFlow ${version} (${variant}) needs ${renderBytes(build.diskBytes)} of free disk in ${cache}, and there are ${renderBytes(free)}`,
    'free some space, or set FERMENT_CACHE to a folder on a larger disk',
  );
}
