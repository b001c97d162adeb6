import type { RunEvent, StageName } from '../../runner/index.ts';

const TAIL_LINES = 10;

/** Remembers what each stage wrote last, for the end of a run in which others have written since. */
export class OutputTails {
  readonly #lines = new Map<StageName, string[]>();
  #latest: StageName | undefined;

  see(event: RunEvent): void {
    if (event.type === 'stage-output') {
      const lines = this.#lines.get(event.stage) ?? [];
      lines.push(event.line);
      if (lines.length > TAIL_LINES) lines.shift();
      this.#lines.set(event.stage, lines);
    }
    // Another attempt: what the last one wrote is not why this one fails.
    if (event.type === 'stage-start') this.#lines.delete(event.stage);
    if (isShown(event)) this.#latest = event.stage;
  }

  /** The last lines of a stage, when they are not the last that were shown anyway. */
  buried(stage: StageName): readonly string[] {
    return stage === this.#latest ? [] : (this.#lines.get(stage) ?? []);
  }
}

/** Events that push a stage's output up the screen; the few lines about what a failure blocks do not. */
function isShown(event: RunEvent): event is Extract<RunEvent, { readonly stage: StageName }> {
  if (event.type === 'stage-end') return event.outcome === 'ran' || event.outcome === 'failed';
  return ['stage-output', 'stage-start', 'stage-warning', 'stage-retry'].includes(event.type);
}
