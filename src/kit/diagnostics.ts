import { type ErrorCode, FermentError } from './errors.ts';

/** One problem in a file that a person edits, with its place. Lines and columns count from 1. */
export interface Diagnostic {
  /** Path as the user would type it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length of the marked text in characters, at least 1. */
  readonly length: number;
  /** What was expected and what came. */
  readonly message: string;
  /** "Did you mean …?", or the command that mends it. */
  readonly hint?: string | undefined;
  /** The source line itself, without its line break. */
  readonly source?: string | undefined;
}

/** Several diagnostics as one error: all problems at once, each with line and caret. */
export class DiagnosticsError extends FermentError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: ErrorCode, diagnostics: readonly Diagnostic[]) {
    super(code, renderDiagnostics(diagnostics));
    this.diagnostics = diagnostics;
  }
}

/**
 * Renders `file:line:column message`, the source line and a caret under it, one block per problem,
 * in the order of the file.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join('\n\n');
}

function renderDiagnostic(d: Diagnostic): string {
  const head = `${d.file}:${d.line}:${d.column} ${d.message}`;
  const lines = [head];
  if (d.source !== undefined) {
    const gutter = String(d.line);
    // Tabs before the mark are kept, so that the caret stands under its character at any tab width.
    const indent = d.source.slice(0, d.column - 1).replace(/[^\t]/g, ' ');
    const length = Math.max(1, Math.min(d.length, d.source.length - d.column + 1));
    lines.push(
      `  ${gutter} | ${d.source}`,
      `  ${' '.repeat(gutter.length)} | ${indent}${'^'.repeat(length)}`,
    );
  }
  if (d.hint !== undefined) lines.push(`  ${d.hint}`);
  return lines.join('\n');
}
