import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './error.mjs';

/**
 * The text of a file, or `undefined` where there is none.
 * @param {string} path
 * @returns {string | undefined}
 */
export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/**
 * The value of a JSON file, or `undefined` where there is none, or a part of one (a kill, a full disk, a power cut).
 * @param {string} path
 * @returns {any}
 */
export function readJsonIfWhole(path) {
  try {
    return JSON.parse(readIfThere(path) ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Makes a folder and those above it. Not with mkdir's own `recursive`, which (in Node 20) reports a read-only disk as ENOENT and never
 * comes back from /proc.
 * @param {string} path
 */
export function makeFolder(path) {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/**
 * A name beside `path` that nobody else uses; the `.tmp` ending is what clean-up looks for.
 * @param {string} path
 * @returns {string}
 */
export function temporaryName(path) {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part.
 * @param {string} path
 * @param {string | Uint8Array} content
 */
export function writeAtomically(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Whether `path` is a symbolic link that says exactly `target`.
 * @param {string} path
 * @param {string} target
 * @returns {boolean}
 */
export function isLinkTo(path, target) {
  try {
    return lstatSync(path).isSymbolicLink() && readlinkSync(path) === target;
  } catch {
    return false;
  }
}

/**
 * Makes `path` a symbolic link to `target`, in one step for whoever looks, whatever was there before.
 * @param {string} path
 * @param {string} target
 */
export function linkAtomically(path, target) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryName(path);
  symlinkSync(target, temporary);
  try {
    renameSync(temporary, path);
  } catch {
    // A folder stands there (rename does not replace folders with links).
    rmSync(path, { recursive: true, force: true });
    renameSync(temporary, path);
  }
}
