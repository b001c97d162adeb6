import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The folders that the benches work in. Nothing is deleted before the process ends: ext4 looks at each lately deleted
 * inode, for minutes, before it makes a new one (`recently_deleted()` in fs/ext4/ialloc.c), so that a sitting which
 * clears up between rounds measures its own clearing up: the same 300 stages took twice as long after it.
 */
let root: string | undefined;
let count = 0;

function inRoot(name: string): string {
  if (root === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'ferment-bench-'));
    root = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  return join(root, `${count++}-${name}`);
}

/** A new, empty folder; gone when this process ends. */
export function scratchFolder(name: string): string {
  const folder = inRoot(name);
  mkdirSync(folder);
  return folder;
}

/** Takes a file or a folder out of the way, where it is there. */
export function setAside(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const aside = inRoot('aside');
  // A tool's cache beside its packages may be on another file system, and only a move within one costs nothing.
  if (stat.dev === statSync(dirname(aside)).dev) renameSync(path, aside);
  else rmSync(path, { recursive: true });
}

/** Has what was written reach the disk, so that no round pays for the one before it. */
export function settleDisk(): void {
  spawnSync('sync');
}
