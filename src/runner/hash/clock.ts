import { closeSync, fstatSync, futimesSync } from 'node:fs';
import { openInFolder } from '../../kit/index.ts';

/**
 * The file system's own idea of now, in ms since 1970 with a fraction: the time of change that it gives to a file this moment. A file
 * whose times are strictly older and that is read after this call cannot change later without getting newer times.
 * That is git's rule for racy time stamps, and free of differences between clocks. `file` is made where there is none.
 */
export function fileSystemNow(file: string): number {
  try {
    const fd = openInFolder(file, 'a');
    try {
      // The times that are set do not matter: setting them is a change, and the system says when that was.
      const now = new Date();
      futimesSync(fd, now, now);
      return fstatSync(fd).ctimeMs;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Nothing can be written here, so nothing will be remembered either; two seconds cover the coarsest file systems.
    return Date.now() - 2000;
  }
}
