import { closeSync, fstatSync, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { temporaryNameFor } from '../../kit/index.ts';

/**
 * The file system's own idea of now, in nanoseconds: the time that it gives to a file made this moment. A file whose
 * times are strictly older and that is read after this call cannot change later without getting newer times.
 * That is git's rule for racy time stamps, and free of differences between clocks.
 */
export function fileSystemNow(near: string): bigint {
  const path = temporaryNameFor(near);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(path, 'wx');
    try {
      return fstatSync(fd, { bigint: true }).ctimeNs;
    } finally {
      closeSync(fd);
      unlinkSync(path);
    }
  } catch {
    // Nothing can be written here, so nothing will be remembered either; two seconds cover the coarsest file systems.
    return BigInt(Date.now() - 2000) * 1_000_000n;
  }
}
