import type { Waits } from '../graph/index.ts';
import type { StageName } from '../model.ts';

/** Hands out the stages of a run, each once: the first in order of those whose upstream has succeeded. */
export class ReadyStages {
  readonly #waits: Waits;
  readonly #names: readonly StageName[];
  readonly #places: ReadonlyMap<StageName, number>;
  /** How many stages each one still waits for; -1 once it was handed out. */
  readonly #waitsFor: Int32Array;
  /** No stage before this place can be handed out. */
  #from = 0;

  /** `selected` in the graph's order. Stages that are not selected are not waited for. */
  constructor(waits: Waits, selected: readonly StageName[]) {
    this.#waits = waits;
    this.#names = selected;
    this.#places = new Map(selected.map((name, i) => [name, i]));
    this.#waitsFor = Int32Array.from(
      selected,
      (name) => waits.upstream(name).filter((up) => this.#places.has(up)).length,
    );
  }

  take(): StageName | undefined {
    const place = this.#waitsFor.indexOf(0, this.#from);
    this.#from = place < 0 ? this.#names.length : place + 1;
    if (place < 0) return undefined;
    this.#waitsFor[place] = -1;
    return this.#names[place];
  }

  /** Those that waited for this stage wait no longer. */
  succeeded(name: StageName): void {
    for (const next of this.#waits.downstream(name)) {
      const place = this.#places.get(next);
      if (place === undefined) continue;
      const left = (this.#waitsFor[place] ?? 0) - 1;
      this.#waitsFor[place] = left;
      if (left === 0) this.#from = Math.min(this.#from, place);
    }
  }
}
