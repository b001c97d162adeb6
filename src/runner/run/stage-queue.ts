import type { Stage, StageName } from '../model.ts';
import { criticalPaths } from './critical-path.ts';
import type { Decided } from './decide.ts';
import { lastDurations } from './run-record.ts';
import type { Session } from './session.ts';
import type { Grant, Slots } from './slots.ts';

/** A stage that must run and waits for slots. */
export interface Waiting {
  readonly stage: Stage;
  readonly decided: Decided;
  /** How many stages had changed files when this was decided. */
  readonly generation: number;
}

/** Stages that must run, and those that do: as many at once as there are slots, the longest way to the end first. */
export class StageQueue {
  /** Settled when a stage's turn is over, and taken out then. */
  readonly running = new Set<Promise<void>>();
  readonly #session: Session;
  readonly #slots: Slots;
  readonly #selected: ReadonlySet<StageName>;
  #waiting: Waiting[] = [];
  #paths: ReadonlyMap<StageName, number> | undefined;

  constructor(session: Session, slots: Slots, selected: ReadonlySet<StageName>) {
    this.#session = session;
    this.#slots = slots;
    this.#selected = selected;
  }

  /** Lets a stage wait for its slots. */
  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** Runs those that there are slots for. */
  start(run: (waiting: Waiting, grant: Grant) => Promise<void>): void {
    if (this.#waiting.length > 1 && this.#slots.cpus > 1) {
      const paths = this.#criticalPaths();
      this.#waiting.sort((a, b) => (paths.get(b.stage.name) ?? 0) - (paths.get(a.stage.name) ?? 0));
    }
    this.#waiting = this.#waiting.filter((waiting) => {
      const grant = this.#slots.take(waiting.stage.resources);
      if (grant === undefined) return true;
      const running: Promise<void> = run(waiting, grant).finally(() => {
        this.#slots.give(grant);
        this.running.delete(running);
      });
      this.running.add(running);
      return false;
    });
  }

  #criticalPaths(): ReadonlyMap<StageName, number> {
    const { graph, state } = this.#session;
    this.#paths ??= criticalPaths(graph, lastDurations(state, this.#selected));
    return this.#paths;
  }
}
