import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  type AtomicOptions,
  errnoOf,
  explainWriteError,
  syncFolder,
  writeFileAtomic,
} from '../../kit/index.ts';

/** Beyond this, a claim is written anew instead of longer. */
const MAX_APPENDED_BYTES = 256 * 1024;

/**
 * Adds a line, which costs a tenth of a new file. The last whole line counts: one that is torn by a kill is as if it had
 * not been written, and one that a full disk tore does not spoil the next, which begins with a line break.
 */
export function append(file: string, text: string, options: AtomicOptions = {}): void {
  try {
    const fd = openSync(file, constants.O_WRONLY | constants.O_APPEND);
    try {
      if (fstatSync(fd).size > MAX_APPENDED_BYTES) {
        writeFileAtomic(file, text, options);
        return;
      }
      const bytes = Buffer.from(`\n${text}`);
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      if (options.durable !== false) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (options.durable !== false) syncFolder(dirname(file));
  } catch (error) {
    // Somebody removed the file of a process that is at work.
    if (errnoOf(error) === 'ENOENT') writeFileAtomic(file, text, options);
    else throw explainWriteError(error, file);
  }
}

/** Hard links are what makes a file appear with its content; where there are none, it is written after it appears. */
export function linkExclusively(temporary: string, file: string): boolean {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return false;
    if (errno !== 'EPERM' && errno !== 'ENOTSUP' && errno !== 'EOPNOTSUPP' && errno !== 'ENOSYS') throw error;
  }
  try {
    writeFileSync(file, readFileSync(temporary), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a file; that it is gone already is as good. */
export function unlinkIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
