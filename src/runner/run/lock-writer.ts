import type { LockFile } from '../lock/index.ts';
import type { LockEntry, StageName } from '../model.ts';
import type { SpareFiles } from './spare-files.ts';
import { updateLock } from './update-lock.ts';

/** Writing the lock may take one part in so many of a run's time. */
const SHARE = 20;
/** However large the lock is, a finished stage waits no longer than this. */
const MAX_WAIT_MS = 1000;

/**
 * Puts the entries of finished stages into the lock file. It is written as a whole: where stages end faster than that
 * can be afforded, several entries go in at once. Until then a stage's journal has its entry.
 */
export class LockWriter {
  readonly #state: string;
  readonly #lock: LockFile;
  readonly #spares: SpareFiles | undefined;
  #pending = new Map<StageName, LockEntry | undefined>();
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #freeAt = 0;
  #isHurried = false;
  #wake: () => void = () => {};

  constructor(state: string, lock: LockFile, spares?: SpareFiles) {
    this.#spares = spares;
    this.#state = state;
    this.#lock = lock;
  }

  /** Resolves when the entry is in the file, undefined: when the stage's block is out of it. Throws as `updateLock`. */
  put(stage: StageName, entry: LockEntry | undefined): Promise<void> {
    this.#pending.set(stage, entry);
    this.#next ??= this.#writeNext();
    return this.#next;
  }

  /** Nothing waits any more. */
  hurry(): void {
    this.#isHurried = true;
    this.#wake();
  }

  async #writeNext(): Promise<void> {
    // Whoever waits for the last one is told if it failed.
    await this.#last.catch(() => {});
    const waitMs = Math.min(MAX_WAIT_MS, this.#freeAt - performance.now());
    if (waitMs > 0 && !this.#isHurried) await this.#wait(waitMs);
    this.#next = undefined;
    this.#last = this.#write();
    return await this.#last;
  }

  async #write(): Promise<void> {
    const changes = this.#pending;
    this.#pending = new Map();
    const started = performance.now();
    await updateLock(this.#state, this.#lock, changes, this.#spares);
    const ended = performance.now();
    this.#freeAt = ended + (ended - started) * (SHARE - 1);
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
