import { type ErrorCode, FermentError } from './errors.ts';
import { escapeControl } from './text.ts';

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

/** Longer lines are shown in part: a minified file is one line of megabytes. */
const MAX_SOURCE = 100;
/** How much of a long line is shown before the mark. */
const LEAD = 30;
/** Messages quote names and values of the file, of any length. */
const MAX_MESSAGE = 1000;

function renderDiagnostic(d: Diagnostic): string {
  const lines = [`${escapeControl(d.file)}:${d.line}:${d.column} ${safeText(d.message)}`];
  if (d.source !== undefined) {
    const gutter = String(d.line);
    const [shown, mark] = excerpt(d.source, d.column - 1, d.length);
    lines.push(`  ${gutter} | ${shown}`, `  ${' '.repeat(gutter.length)} | ${mark}`);
  }
  if (d.hint !== undefined) lines.push(`  ${safeText(d.hint)}`);
  return lines.join('\n');
}

/** The part of a line around what is marked, and the carets to stand under it. */
function excerpt(source: string, at: number, length: number): readonly [shown: string, mark: string] {
  const isLong = source.length > MAX_SOURCE;
  const start = isLong
    ? wholeCharacter(source, Math.max(0, Math.min(at - LEAD, source.length - MAX_SOURCE)))
    : 0;
  const end = isLong ? wholeCharacter(source, start + MAX_SOURCE) : source.length;
  const before = `${start > 0 ? '…' : ''}${visible(source.slice(start, at))}`;
  const marked = visible(source.slice(at, Math.min(at + length, end)));
  const after = `${visible(source.slice(Math.min(at + length, end), end))}${end < source.length ? '…' : ''}`;
  // Tabs before the mark are kept, so that the caret stands under its character at any tab width.
  const indent = before.replace(/[^\t]/g, ' ');
  return [before + marked + after, indent + '^'.repeat(Math.max(1, marked.length))];
}

/** An offset that does not cut a character of two code units. */
function wholeCharacter(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(at)) && /[\ud800-\udbff]/.test(text.charAt(at - 1)) ? at - 1 : at;
}

function visible(text: string): string {
  return text.split('\t').map(escapeControl).join('\t');
}

function safeText(text: string): string {
  const short = text.length > MAX_MESSAGE ? `${text.slice(0, wholeCharacter(text, MAX_MESSAGE))}…` : text;
  return short.split('\n').map(visible).join('\n');
}
