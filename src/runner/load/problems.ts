import { type Diagnostic, DiagnosticsError, type ErrorCode } from '../../kit/index.ts';
import type { KeyPath } from './key-path.ts';
import { diagnosticAt, type Part, type Range, rangeOf, type SourceText } from './source-file.ts';

export interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Collects everything that is wrong, so that it is reported at once. */
export class Problems {
  readonly #found = new Map<string, Diagnostic>();
  #code: ErrorCode | undefined;
  #count = 0;
  readonly #warnings = new Set<string>();

  /** The first complaint decides the error's code; BAD_PIPELINE wins over BAD_PARAMS. */
  add(code: 'BAD_PIPELINE' | 'BAD_PARAMS', diagnostic: Diagnostic): void {
    if (this.#code !== 'BAD_PIPELINE') this.#code = code;
    this.#count++;
    // The stages of a group share their text, and so their mistakes.
    const { file, line, column, message } = diagnostic;
    this.#found.set(JSON.stringify([file, line, column, message]), diagnostic);
  }

  addAt(code: 'BAD_PIPELINE' | 'BAD_PARAMS', file: SourceText, range: Range, complaint: Complaint): void {
    this.add(code, diagnosticAt(file, range, complaint));
  }

  addAtPath(
    code: 'BAD_PIPELINE' | 'BAD_PARAMS',
    file: SourceText,
    where: { readonly path: KeyPath; readonly part: Part },
    complaint: Complaint,
  ): void {
    this.addAt(code, file, rangeOf(file, where.path, where.part), complaint);
  }

  /** Whether something was found to be wrong at this very place. */
  hasAt(file: SourceText, range: Range): boolean {
    const { file: name, line, column } = diagnosticAt(file, range, { message: '' });
    return [...this.#found.values()].some(
      (one) => one.file === name && one.line === line && one.column === column,
    );
  }

  /** Notes what loads but is probably not meant. */
  warn(text: string): void {
    this.#warnings.add(text);
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** Grows with every complaint, also with one that was made before. */
  get count(): number {
    return this.#count;
  }

  /** Throws a DiagnosticsError with everything found so far, file by file in the order of their first problem. */
  throwIfAny(): void {
    if (this.#code === undefined) return;
    const all = [...this.#found.values()];
    const files = [...new Set(all.map(({ file }) => file))];
    all.sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
    throw new DiagnosticsError(this.#code, all);
  }
}
