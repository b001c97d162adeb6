import { randomBytes } from 'node:crypto';
import { digestOf, messageOf } from '../../kit/index.ts';
import { type Graph, graphOf } from '../graph/index.ts';
import type { ProjectPath, Stage, StageName } from '../model.ts';
import { moveAside } from './aside.ts';
import type { Claim } from './claim.ts';
import { claimStage } from './claim-stage.ts';
import { type Journal, settle, settleOrLeave } from './journal.ts';
import { planAside } from './plan-aside.ts';
import type { Session } from './session.ts';
import { heldAmong, waitWhileHeld } from './wait-for-makers.ts';
import type { Worker } from './worker.ts';

/** A stage that is left out, while its outs stand aside for those that run. */
interface Hidden {
  users: number;
  readonly ready: Promise<() => void>;
  show?: () => void;
}

/**
 * Keeps outs of stages that a command leaves out from stages whose patterns match them: a command that expands `r/*`
 * itself, instead of taking the list that it is given, would read them, and its result would be taken for that of the
 * others alone. They stand aside while such a stage runs, with a claim and a journal like the outs of a stage that runs,
 * so that other commands wait for them and a kill loses nothing.
 */
export class LeftOutOuts {
  readonly #session: Session;
  readonly #worker: Worker;
  readonly #hidden = new Map<StageName, Hidden>();
  #whole: Graph | undefined;

  constructor(session: Session, worker: Worker) {
    this.#session = session;
    this.#worker = worker;
  }

  /**
   * Hides what a stage must not find; call what is returned when it has run. Waits for other commands that make or read
   * it. Throws INTERRUPTED, BAD_PATH, STORE_UNWRITABLE.
   */
  async hideFrom(stage: Stage): Promise<() => void> {
    const taken: StageName[] = [];
    const show = (): void => {
      for (const name of taken.splice(0).reverse()) this.#giveBack(name);
    };
    try {
      // In the order of the graph, as every command takes them: so none waits for another in a circle.
      for (const { name } of this.#session.leftOut) {
        if (this.#matched(stage, name).length === 0) continue;
        taken.push(name);
        const hidden = this.#hidden.get(name) ?? { users: 0, ready: this.#hide(name) };
        this.#hidden.set(name, hidden);
        hidden.users++;
        hidden.show = await hidden.ready;
      }
      return show;
    } catch (error) {
      show();
      throw error;
    }
  }

  #giveBack(name: StageName): void {
    const hidden = this.#hidden.get(name);
    if (hidden === undefined || --hidden.users > 0) return;
    this.#hidden.delete(name);
    hidden.show?.();
  }

  /** The outs of a left-out stage that a stage's patterns match, or that may hold files that they match. */
  #matched(stage: Stage, leftOut: StageName): readonly ProjectPath[] {
    this.#whole ??= graphOf(this.#session.project);
    const whole = this.#whole;
    const own = new Set(whole.stages.get(leftOut)?.outs.map(({ path }) => path));
    const patterns = stage.deps.filter(({ glob }) => glob).map(({ path }) => path);
    const matched = patterns.flatMap((pattern) => [...whole.matches(pattern), ...whole.folders(pattern)]);
    return [...new Set(matched.map(({ path }) => path))].filter((path) => own.has(path));
  }

  /** All that any stage must not find, as others may join while it is hidden. */
  async #hide(name: StageName): Promise<() => void> {
    const { root, state, entries, graph } = this.#session;
    const claim = await this.#claimUnread(name);
    const paths = [...graph.stages.values()].flatMap((stage) => this.#matched(stage, name));
    const fingerprint = entries.get(name)?.fingerprint ?? digestOf('');
    let journal: Journal = { ...EMPTY, stage: name, fingerprint, scratch: randomBytes(8).toString('hex') };
    try {
      const asides = planAside(root, state, [...new Set(paths)]).filter(({ aside }) => aside !== null);
      journal = { ...journal, asides };
      claim.note(journal);
      moveAside(root, asides);
    } catch (error) {
      const ended = settleOrLeave(claim, { root, state, journal }, error);
      claim.release();
      throw ended;
    }
    return () => this.#show(claim, journal);
  }

  #show(claim: Claim, journal: Journal): void {
    const { root, state } = this.#session;
    try {
      settle(root, state, journal);
    } catch (error) {
      claim.abandon(journal);
      const text = `The outs of stage '${journal.stage}' cannot be brought back yet: ${messageOf(error)} They are kept in .ferment/aside, and the next command brings them back.`;
      this.#worker.emit({ type: 'run-warning', text });
    }
    claim.release();
  }

  /** The claim on a stage whose outs no other command is reading. Who comes to read them later finds it, and waits. */
  async #claimUnread(name: StageName): Promise<Claim> {
    const { state } = this.#session;
    const readers = this.#whole?.downstream(name) ?? [];
    const find = () => heldAmong(state, readers);
    for (;;) {
      const what = `What stage '${name}' made is left out, and read`;
      await waitWhileHeld(this.#session, this.#worker, { waiting: name, what, find });
      const { claim } = await claimStage(this.#session, this.#worker, name);
      if (find() === undefined) return claim;
      claim.release();
    }
  }
}

const EMPTY = { phase: 'begun', asides: [], checkpoints: [], stageFile: null, leader: null } as const;
