import type { InputChange } from './snapshot.ts';

/** So often in a row a file may change while the stages run, before it is taken for a result of theirs. */
const PATIENCE = 2;

/** Tells edits that people make during a run from what stages do to their own inputs each time. */
export class SelfMade {
  #counts: ReadonlyMap<string, number> = new Map();

  /**
   * Divides what changed during a run: `edited` is worth another run, `again` changed in each of the last runs, too,
   * and would make watching go round for ever.
   */
  divide(changes: readonly InputChange[]): {
    readonly edited: readonly InputChange[];
    readonly again: readonly InputChange[];
  } {
    // Ferment itself keeps the block in there.
    const counted = changes.filter(({ path }) => path !== '.gitignore');
    const before = this.#counts;
    const isAgain = ({ path }: InputChange): boolean => (before.get(path) ?? 0) >= PATIENCE;
    this.#counts = new Map(counted.map(({ path }) => [path, (before.get(path) ?? 0) + 1]));
    return { edited: counted.filter((one) => !isAgain(one)), again: counted.filter(isAgain) };
  }
}
