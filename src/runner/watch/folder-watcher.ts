import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf } from '../../kit/index.ts';
import type { Folders } from './folders.ts';

/** How often everything is looked at where the system cannot tell of changes. */
const POLL_MS = 1000;
/** No change for so long ends a burst of them. */
const QUIET_MS = 80;
/** A burst that does not end is acted on all the same. */
const LONGEST_BURST_MS = 1000;

/**
 * Waits until something happens in folders. One plain `fs.watch` for each folder: its recursive form is, on Linux and
 * Node 20, a walk of its own in JavaScript that loses files which appear while it walks.
 */
export class FolderWatcher {
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: bigint | undefined }>();
  #folders: Folders = new Map();
  #isPolling = false;
  #lastEvent = 0;
  #isDirty = false;
  #wake: (() => void) | undefined;

  /** False where the system has no more watches to give, and everything is looked at each second instead. */
  get isTold(): boolean {
    return !this.#isPolling;
  }

  /** From now on these folders; what happens in them before `next()` counts. Returns true when one is new. */
  update(folders: Folders): boolean {
    this.#folders = folders;
    // A watch is on a folder, not on its name: one that was replaced is another folder.
    for (const [folder, { inode }] of this.#watchers)
      if (!folders.has(folder) || inodeOf(folder) !== inode) this.#drop(folder);
    this.#isPolling = false;
    const fresh = [...folders.keys()].filter((folder) => !this.#watchers.has(folder));
    for (const folder of fresh) this.#add(folder);
    return fresh.length > 0;
  }

  /** Resolves when something happened and then nothing for a moment, or after an abort. */
  async next(signal: AbortSignal): Promise<void> {
    let onAbort = (): void => {};
    const aborted = new Promise<void>((resolve) => {
      onAbort = resolve;
    });
    signal.addEventListener('abort', onAbort);
    try {
      if (!this.#isDirty && !signal.aborted) await Promise.race([this.#happened(), aborted]);
      await this.#quiet(signal, aborted);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#isDirty = false;
    }
  }

  #happened(): Promise<void> {
    if (this.#isPolling) return pause(POLL_MS);
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #quiet(signal: AbortSignal, aborted: Promise<void>): Promise<void> {
    const began = performance.now();
    let left = QUIET_MS;
    while (left > 0 && performance.now() - began < LONGEST_BURST_MS && !signal.aborted) {
      await Promise.race([pause(left), aborted]);
      left = this.#lastEvent + QUIET_MS - performance.now();
    }
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
  }

  #add(folder: string): void {
    try {
      const inode = inodeOf(folder);
      const watcher = watch(folder, (_, name) => this.#tell(folder, name));
      watcher.on('error', () => {
        this.#drop(folder);
        this.#mark();
      });
      this.#watchers.set(folder, { watcher, inode });
    } catch (error) {
      // Gone between listing and now: its parent tells.
      if (errnoOf(error) !== 'ENOENT') this.#isPolling = true;
    }
  }

  /** A folder that is removed or renamed tells its own name. */
  #tell(folder: string, name: string | null): void {
    const names = this.#folders.get(folder);
    if (names === undefined) return;
    if (names !== 'all' && name !== null && !names.has(name) && name !== basename(folder)) return;
    if (name === '.ferment' || name === '.git') return;
    this.#mark();
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.watcher.close();
    this.#watchers.delete(folder);
  }

  #mark(): void {
    this.#lastEvent = performance.now();
    this.#isDirty = true;
    this.#wake?.();
  }
}

function inodeOf(folder: string): bigint | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.ino;
}
