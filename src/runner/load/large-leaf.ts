import { lstatSync, type Stats, statfsSync } from 'node:fs';

/** An entry of a folder, as far as it matters what it is. */
export interface FolderEntry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
}

/** Folders of this size have a thousand entries or more: then a few questions are cheaper than reading them all. */
const LARGE_BYTES = 32 * 1024;

/** ext2 to ext4, XFS and tmpfs, by their numbers in statfs(2): here a folder has a link of each folder in it. */
const COUNTING_FILE_SYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/**
 * Which of these names a large folder has, when it is certain that it has no folder in it: two links, from its parent
 * and from itself, as find(1) takes it. undefined for any other folder, which is to be read then.
 */
export function findInLargeLeaf(folder: string, names: readonly string[]): FolderEntry[] | undefined {
  if (!isLargeLeaf(folder)) return undefined;
  return names.flatMap((name) => {
    const stats = lstatQuietly(`${folder}/${name}`);
    if (stats === undefined) return [];
    return [{ name, isFile: () => stats.isFile(), isDirectory: () => stats.isDirectory() }];
  });
}

function isLargeLeaf(folder: string): boolean {
  const stats = lstatQuietly(folder);
  if (stats === undefined || stats.size < LARGE_BYTES || stats.nlink !== 2) return false;
  try {
    return COUNTING_FILE_SYSTEMS.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

function lstatQuietly(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
