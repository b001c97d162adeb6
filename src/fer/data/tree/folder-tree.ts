import { createReadStream, type Dirent, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, FermentError } from '../../../kit/index.ts';
import { explainReadError } from '../read-error.ts';
import type { FileTree, TreeFile } from './tree.ts';

/**
 * Opens a folder as a source. Links to files and folders are followed, each folder once. Throws DATA_DAMAGED when it
 * cannot be read.
 */
export function openFolderTree(folder: string): FileTree {
  try {
    const files = [...listFiles(folder, '', new Set())].sort((a, b) => compareBytes(a.path, b.path));
    return { name: folder, files, close: () => {} };
  } catch (error) {
    throw explainReadError(error, folder);
  }
}

function* listFiles(root: string, below: string, seen: Set<string>): Generator<TreeFile> {
  const { dev, ino } = statSync(join(root, below));
  const identity = `${dev}:${ino}`;
  if (seen.has(identity)) return;
  seen.add(identity);
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const full = join(root, path);
    refuseOtherLetters(entry.name, full, path);
    const kind = kindOf(entry, full);
    if (kind === 'folder') yield* listFiles(root, path, seen);
    if (kind === 'file') yield fileAt(full, path);
  }
}

/** Node replaces bytes that are no UTF-8, as old zip programs leave them, and finds nothing under the new name. */
function refuseOtherLetters(name: string, full: string, path: string): void {
  if (!name.includes('\ufffd') || lstatSync(full, { throwIfNoEntry: false }) !== undefined) return;
  throw new FermentError(
    'DATA_LAYOUT',
    `A source must have names in UTF-8. Received: ${path}, which is not.`,
    {
      hint: 'Rename it; for all of a folder: convmv -f latin1 -t utf8 -r --notest FOLDER',
    },
  );
}

/** A link that leads nowhere is neither. */
function kindOf(entry: Dirent, full: string): 'file' | 'folder' | undefined {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : undefined;
  const target = statSync(full, { throwIfNoEntry: false });
  return target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : undefined;
}

function fileAt(full: string, path: string): TreeFile {
  return {
    path,
    position: 0,
    get sizeBytes() {
      return statSync(full).size;
    },
    read: async () => {
      try {
        return readFileSync(full);
      } catch (error) {
        throw explainReadError(error, full);
      }
    },
    open: async () => createReadStream(full, { highWaterMark: 1 << 20 }),
  };
}
