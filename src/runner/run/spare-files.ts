import { closeSync, ftruncateSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openInFolder, removeQuietly, temporaryNameFor } from '../../kit/index.ts';

/**
 * Small files that a run needs for a moment, stage after stage. A file that is done with is written again for the next
 * stage instead of being removed: ext4 gives nobody the inodes that were freed in the last minutes and looks through
 * them whenever it makes a file, which makes that slow in a run that removes two files for each stage.
 */
export class SpareFiles {
  readonly #folder: string;
  #spares: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Absolute path of a file with this text that nobody else knows, to be linked or renamed. Throws the system's error. */
  write(text: string): string {
    const spare = this.#spares.pop();
    if (spare !== undefined && rewrite(spare, text)) return spare;
    const fresh = temporaryNameFor(join(this.#folder, 'spare'));
    const fd = openInFolder(fresh, 'wx');
    try {
      writeFileSync(fd, text);
    } catch (error) {
      removeQuietly(fresh);
      throw error;
    } finally {
      closeSync(fd);
    }
    return fresh;
  }

  /** Takes a file away from its place, to be used again; what cannot be renamed is removed, where that is possible. */
  take(path: string): void {
    const spare = temporaryNameFor(join(this.#folder, 'spare'));
    try {
      renameSync(path, spare);
      this.#spares.push(spare);
    } catch {
      removeQuietly(path);
    }
  }

  /** Removes what is left. */
  close(): void {
    for (const spare of this.#spares.splice(0)) removeQuietly(spare);
  }
}

/** Never through a length of zero, after which ext4 would start to write the file to the disk. False when it cannot be done. */
function rewrite(path: string, text: string): boolean {
  try {
    const fd = openSync(path, 'r+');
    try {
      writeFileSync(fd, text);
      ftruncateSync(fd, Buffer.byteLength(text));
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    removeQuietly(path);
    return false;
  }
}
