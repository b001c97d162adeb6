import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { temporaryName } from './files.mjs';

/*
 * dist/ is never replaced as a whole: commands may run, and builds may go on at once. dist/main.cjs is replaced by a rename, after its
 * source map. What else lies there (code that was compiled from other builds) is removed after a week.
 */

const KEEP_MS = 7 * 24 * 3600 * 1000;

/** @typedef {{ path: string, size: number, mtimeMs: number }} Seen a file as it was when it was bundled */

/**
 * Writes every file by rename, dist/main.cjs last of all.
 * @param {string} root
 * @param {readonly import('esbuild').OutputFile[]} outputs
 * @returns {Seen[]} as they were before their renames: if another build replaces one at once, ours must not be taken for fresh
 */
export function writeOutputs(root, outputs) {
  const main = join(root, 'dist', 'main.cjs');
  const rank = (/** @type {string} */ path) => (path === main ? 2 : path === `${main}.map` ? 1 : 0);
  return [...outputs]
    .sort((a, b) => rank(a.path) - rank(b.path))
    .map(({ path, contents }) => {
      mkdirSync(dirname(path), { recursive: true });
      const temporary = temporaryName(path);
      try {
        writeFileSync(temporary, contents);
        const seen = { ...look(root, relative(root, temporary)), path: relative(root, path) };
        renameSync(temporary, path);
        return seen;
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
}

/**
 * Removes files of dist/ that the current build does not have and that were not written this week.
 * @param {string} root
 * @param {ReadonlySet<string>} current
 */
export function removeOldFiles(root, current) {
  const dist = join(root, 'dist');
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const path = join(dist, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    const isOld = stat?.isFile() && Date.now() - stat.mtimeMs > KEEP_MS;
    if (isOld && !current.has(path) && path !== stampPath(root)) rmSync(path, { force: true });
  }
}

/**
 * Size and time of a file of the checkout; -1 for both where it is missing.
 * @param {string} root
 * @param {string} path
 * @returns {Seen}
 */
export function look(root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  return { path, size: stat?.size ?? -1, mtimeMs: stat?.mtimeMs ?? -1 };
}

/**
 * The record of what dist/ was built from.
 * @param {string} root
 * @returns {string}
 */
export function stampPath(root) {
  return join(root, 'dist', '.build.json');
}
