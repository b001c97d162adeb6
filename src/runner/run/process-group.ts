import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { statWords } from '../../kit/index.ts';

/** How long a group may take to end by itself after it was asked to. */
const GRACE_MS = 5000;
const LOOK_MS = 20;

/** The process group that a command leads. */
export class ProcessGroup {
  readonly #leader: number;
  #graceEnds: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(leader: number) {
    this.#leader = leader;
  }

  /** True once it was asked to end. */
  get isStopping(): boolean {
    return this.#graceEnds !== undefined;
  }

  /** Asks all of it to end (SIGTERM), and ends what is left after a grace (SIGKILL). */
  stop(): void {
    if (this.#graceEnds !== undefined) return;
    this.#graceEnds = performance.now() + GRACE_MS;
    this.#signal('SIGTERM');
    this.#timer = setTimeout(() => this.kill(), GRACE_MS);
  }

  /** Ends all of it at once. */
  kill(): void {
    clearTimeout(this.#timer);
    this.#signal('SIGKILL');
  }

  /** From now on nothing more is sent: the number may soon be another group's. */
  done(): void {
    clearTimeout(this.#timer);
  }

  /** After `stop()`: gives those that are left the rest of the grace, then ends them. */
  async stopped(): Promise<void> {
    while (performance.now() < (this.#graceEnds ?? 0) && this.#isAlive()) await pause(LOOK_MS);
    this.kill();
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#leader, signal);
    } catch {
      // The group is empty.
    }
  }

  #isAlive(): boolean {
    try {
      process.kill(-this.#leader, 0);
    } catch {
      return false;
    }
    return !this.#isOfZombies();
  }

  /** Those that ended without anybody asking how, as in a container without an init, keep the group's number. */
  #isOfZombies(): boolean {
    let names: string[];
    try {
      names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    } catch {
      return false;
    }
    if (names.length === 0) return false;
    return !names.some((name) => {
      const words = statWords(name);
      return words?.[2] === String(this.#leader) && words[0] !== 'Z';
    });
  }
}
