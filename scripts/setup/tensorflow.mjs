import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './error.mjs';
import { readIfThere, temporaryName } from './files.mjs';
import { takeLock } from './lock.mjs';
import { renderBytes } from './progress.mjs';
import { unpackZip } from './unpack.mjs';
import { locateLibrary } from './variant.mjs';
import { fetchWheel } from './wheel.mjs';

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./variant.mjs').Library} Library */

/** TensorFlow's C library and headers, one copy per user, taken out of its Python wheel. */
export const tensorflow = { name: 'tensorflow', isReady, run };

/** Lists the unpacked files with their sizes; written last, inside the folder that is then renamed into place. */
const LIST = 'files.json';

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
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  const { folder } = locateLibrary(context);
  const list = readIfThere(join(folder, LIST));
  if (list === undefined) return false;
  return Object.entries(JSON.parse(list)).every(([name, size]) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === size);
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  const library = locateLibrary(context);
  const summary = `TensorFlow ${library.version} (${library.variant}) in the cache folder`;
  const release = await takeLock(`${library.folder}.lock`, (holder) => {
    context.report.line(`tensorflow: waiting for ${holder}, which is installing the same library`);
  });
  try {
    if (isReady(context)) return summary;
    removeLeftovers(context, library);
    checkLibc(context);
    checkDisk(context, library);
    await install(context, library);
  } finally {
    release();
  }
  return summary;
}

/**
 * Downloads and unpacks into a temporary folder, and renames it when all is in it.
 * @param {Context} context
 * @param {Library} library
 */
async function install(context, library) {
  const temporary = temporaryName(library.folder);
  mkdirSync(temporary, { recursive: true });
  /** @type {Record<string, number>} */
  const sizes = {};
  try {
    for (const wheel of library.build.wheels) {
      const download = join(temporary, 'download');
      mkdirSync(download);
      const archive = await fetchWheel(context, wheel, download);
      const unpacked = await unpackZip(archive, temporary, {
        wants: (name) => WANTED.some((pattern) => pattern.test(name)),
        onProgress: (bytes) => context.report.live(`tensorflow: unpacking ${wheel.name}, ${renderBytes(bytes)}`),
      });
      Object.assign(sizes, unpacked);
      rmSync(download, { recursive: true });
    }
    writeFileSync(join(temporary, LIST), JSON.stringify(sizes, null, 1));
    rmSync(library.folder, { recursive: true, force: true });
    renameSync(temporary, library.folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Removes what an interrupted set-up left; only called by the holder of the lock, so nobody is writing there.
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
  throw new SetupError(`TensorFlow needs glibc 2.27 or later, and ${found}`, 'use Debian 10, Ubuntu 18.04 or later, or another glibc system of their age');
}

/**
 * @param {Context} context
 * @param {Library} library
 */
function checkDisk({ cache }, { build, version, variant }) {
  const { bavail, bsize } = statfsSync(cache);
  const free = bavail * bsize;
  if (free >= build.diskBytes) return;
  const problem = `TensorFlow ${version} (${variant}) needs ${renderBytes(build.diskBytes)} of free disk in ${cache}, and there are ${renderBytes(free)}`;
  throw new SetupError(problem, 'free some space, or set FERMENT_CACHE to a folder on a larger disk');
}
