import type { ErrorCode } from 'yaml';
import type { TextProblem } from './yaml-data.ts';

/** What the YAML parser stumbled over, and between which offsets. */
export interface Mistake {
  readonly pos: readonly [number, number];
  readonly code: ErrorCode;
  readonly message: string;
}

/** What the YAML parser found wrong in a text: one problem for each mistake, by offset, with the usual reason. */
export function problemsOf(text: string, mistakes: readonly Mistake[]): readonly TextProblem[] {
  return withoutEchoes(text, mistakes).map((mistake) => problemOf(text, mistake));
}

/** Where a quote is left open, all that follows is read as something else than was meant. */
function isOpenQuote(message: string): boolean {
  return message.startsWith('Missing closing');
}

function messageFor(code: ErrorCode, message: string): string {
  if (code === 'TAG_RESOLVE_FAILED')
    return `Tags are not supported. Received: ${message.replace(/^.*: /, '')}`;
  if (isOpenQuote(message)) return 'Not valid YAML: The closing quote is missing.';
  return `Not valid YAML: ${message}${/[.!?]$/.test(message) ? '' : '.'}`;
}

/** After its first mistake the parser stumbles over what follows: those errors are none of their own. */
function withoutEchoes(text: string, errors: readonly Mistake[]): readonly Mistake[] {
  const sorted = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const lines = new Set<number>();
  const open = sorted.find(({ message }) => isOpenQuote(message))?.pos[0] ?? Number.POSITIVE_INFINITY;
  return sorted.filter(({ code, message, pos }) => {
    if (code === 'TAG_RESOLVE_FAILED') return true;
    const line = lineAt(text, pos[0]).start;
    const isEcho =
      pos[0] > open || (lines.size > 0 && (lines.has(line) || message.includes('token in YAML stream')));
    lines.add(line);
    return !isEcho;
  });
}

function problemOf(text: string, { pos, code, message }: Mistake): TextProblem {
  const [start, end] = pos;
  const unquoted = unquotedTemplate(text, start);
  return {
    start: unquoted?.start ?? start,
    end: unquoted?.end ?? end,
    message: messageFor(code, message),
    hint: unquoted?.hint ?? hintFor(text, start, { code, message }),
  };
}

/** The usual reason for a puzzling message: `[a/${x}]`, where YAML takes `{` for a mapping. */
function unquotedTemplate(text: string, brace: number): (Span & { readonly hint: string }) | undefined {
  if (text[brace] !== '{' || text[brace - 1] !== '$') return undefined;
  const line = lineAt(text, brace);
  const before = /[^\s,[\]{}"']*$/.exec(text.slice(line.start, brace))?.[0] ?? '';
  const after = /^\{[^}]*\}[^\s,[\]"'}]*/.exec(text.slice(brace, line.end))?.[0];
  if (after === undefined) return undefined;
  const [start, end] = [brace - before.length, brace + after.length];
  const hint = /["']/.test(text[start - 1] ?? '')
    ? `Inside [ ] and { } a text that holds \${…} needs quotes around all of it.`
    : `Inside [ ] and { } a text that holds \${…} needs quotes: "${text.slice(start, end)}"`;
  return { start, end, hint };
}

function hintFor(
  text: string,
  start: number,
  { code, message }: Pick<Mistake, 'code' | 'message'>,
): string | undefined {
  if (code === 'TAG_RESOLVE_FAILED') return 'Write plain values; quote a text that starts with !.';
  const closing = /sufficiently indented and end with a ([\]}])/.exec(message)?.[1];
  if (closing !== undefined) return `Close it with ${closing}; ${FURTHER}`;
  if (isOpenQuote(message)) return `Close the text with the quote that opens it; ${FURTHER}`;
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && !/:(\s|$)/.test(text.slice(start, lineAt(text, start).end)))
    return 'Keys of one mapping begin in the same column: the next line is indented further.';
  if (code === 'BLOCK_AS_IMPLICIT_KEY')
    return "A text that holds ': ' needs quotes around all of it, or stands on lines of its own below '|'.";
  const line = lineAt(text, start);
  const indent = /^\s*/.exec(text.slice(line.start, line.end))?.[0] ?? '';
  return indent.includes('\t') ? 'Indent with spaces; YAML allows no tabs there.' : undefined;
}

const FURTHER = 'all its lines must be indented further than the key that it belongs to.';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The line that an offset lies in, without its line break. */
function lineAt(text: string, offset: number): Span {
  const end = text.indexOf('\n', offset);
  return { start: text.lastIndexOf('\n', offset - 1) + 1, end: end < 0 ? text.length : end };
}
