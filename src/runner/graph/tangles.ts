import { type Diagnostic, DiagnosticsError } from '../../kit/index.ts';
import type { Stage } from '../model.ts';

/** Collects what is wrong between stages, each problem at the name of one stage. */
export class Tangles {
  readonly #found: Diagnostic[] = [];

  /** `other` is the second stage concerned; its place goes into the hint. */
  add(stage: Stage, message: string, other?: Stage): void {
    const name = stage.group.slice(stage.group.lastIndexOf(':') + 1);
    const hint =
      other === undefined || other === stage
        ? undefined
        : `'${other.name}' is declared at ${other.file}:${other.line}.`;
    this.#found.push({
      file: stage.file,
      line: stage.line,
      column: stage.column,
      length: name.length,
      message,
      hint,
      source: stage.source,
    });
  }

  throwIfAny(): void {
    if (this.#found.length > 0) throw new DiagnosticsError('BAD_GRAPH', this.#found);
  }
}
