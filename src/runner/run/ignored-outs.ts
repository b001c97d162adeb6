import { messageOf } from '../../kit/index.ts';
import type { Stage } from '../model.ts';
import { cachedOuts, declaredBy, GitIgnore, warningOfTracked } from './git-ignore.ts';
import type { Session } from './session.ts';
import type { Worker } from './worker.ts';

/** Brings .gitignore up to date with what a run makes. That it cannot be written is a warning. */
export class IgnoredOuts {
  readonly #worker: Worker;
  readonly #gitIgnore: GitIgnore;

  constructor({ root, project }: Session, worker: Worker) {
    this.#worker = worker;
    this.#gitIgnore = new GitIgnore(root, declaredBy(project.stages));
  }

  /** The outs of a stage that were made. */
  add(stage: Stage): void {
    this.#ignore((ignore) => ignore.add(cachedOuts(stage)));
  }

  /** At the end of the run. */
  finish(): void {
    this.#ignore((ignore) => {
      ignore.finish();
      const text = warningOfTracked(ignore.tracked());
      if (text !== undefined) this.#worker.emit({ type: 'run-warning', text });
    });
  }

  #ignore(work: (ignore: GitIgnore) => void): void {
    try {
      work(this.#gitIgnore);
    } catch (error) {
      this.#worker.emit({
        type: 'run-warning',
        text: `.gitignore was not brought up to date: ${messageOf(error)}`,
      });
    }
  }
}
