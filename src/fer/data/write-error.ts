import { basename } from 'node:path';
import { errnoOf, explainWriteError, FermentError } from '../../kit/index.ts';

/**
 * Does a piece of work that writes `path`. Throws NO_SPACE or STORE_UNWRITABLE when the disk says no, DATA_LAYOUT when
 * the name, which is that of an image of the source and a few letters more, is too long for it.
 */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) !== 'ENAMETOOLONG') throw explainWriteError(error, path);
    const name = basename(path);
    throw new FermentError(
      'DATA_LAYOUT',
      `An image must have a name that the disk takes, mostly up to 255 bytes. Received: ${Buffer.byteLength(name)} bytes, ${path}`,
      { hint: 'Give the image of that name in the source a shorter one.', cause: error },
    );
  }
}
