import type { Document, ErrorCode } from 'yaml';
import { yamlLibrary } from './lazy.ts';
import type { TextProblem } from './yaml-data.ts';
import { type Mistake, problemsOf } from './yaml-problems.ts';

/** The library's composer calls itself for each level, and V8 may end the process, rather than throw, when the stack is full. */
const MAX_OPEN = 500;
/** A text with more mistakes is no YAML; eight megabytes of commas have eight million. */
const MAX_MISTAKES = 100;

/** Stops a parse that nobody would read the result of. */
class Stop extends Error {
  readonly problem: TextProblem | undefined;

  constructor(problem?: TextProblem) {
    super('stopped');
    this.problem = problem;
  }
}

/** Parses a text as one YAML document, with places; never throws, problems are listed by offset. */
export function parseDocument(text: string): {
  readonly document: Document | undefined;
  readonly problems: readonly TextProblem[];
} {
  const mistakes: Mistake[] = [];
  let document: Document | undefined;
  try {
    for (const one of compose(text, mistakes)) {
      if (document !== undefined) {
        if (mistakes.length > 0) break;
        return { document, problems: [secondDocument(one)] };
      }
      document = one;
    }
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    if (error.problem !== undefined) return { document: undefined, problems: [error.problem] };
  }
  return { document, problems: problemsOf(text, mistakes) };
}

function secondDocument(document: Document): TextProblem {
  const start = document.range?.[0] ?? 0;
  return { start, end: start + 1, message: 'Only one YAML document is expected.' };
}

/** What the library's `parseAllDocuments` does, stopped early; yields documents, and collects mistakes as they are met. */
function* compose(text: string, mistakes: Mistake[]): Generator<Document> {
  const composer = new (yamlLibrary().Composer)({ uniqueKeys: false });
  const note = (mistake: Mistake): void => {
    mistakes.push(mistake);
    if (mistakes.length >= MAX_MISTAKES) throw new Stop();
  };
  // The composer tells of mistakes by this method alone (yaml 2.x); its own makes an Error with a stack of each.
  Reflect.set(composer, 'onError', (source: unknown, code: ErrorCode, message: string) =>
    note({ pos: spanOf(source), code, message }),
  );
  yield* composer.compose(tokensOf(text, note));
}

/** The library's parser is no recursion: its stack shows how deep the text is before anything descends into it. */
function* tokensOf(text: string, note: (mistake: Mistake) => void) {
  const { Lexer, Parser } = yamlLibrary();
  const parser = new Parser();
  const heard = function* (tokens: ReturnType<InstanceType<typeof Parser>['next']>) {
    for (const token of tokens) {
      if (token.type !== 'error') yield token;
      else {
        const shown = token.source === '' ? '' : `: ${JSON.stringify(token.source)}`;
        note({ pos: spanOf(token), code: 'UNEXPECTED_TOKEN', message: token.message + shown });
      }
    }
  };
  for (const lexeme of new Lexer().lex(text)) {
    yield* heard(parser.next(lexeme));
    if (parser.stack.length > MAX_OPEN) {
      const start = Math.max(0, parser.offset - 1);
      throw new Stop({ start, end: start + 1, message: 'The file is nested too deeply.' });
    }
  }
  yield* heard(parser.end());
}

/** The library's forms of a place: an offset, a pair of them, or a token. */
function spanOf(source: unknown): readonly [number, number] {
  if (typeof source === 'number') return [source, source + 1];
  if (Array.isArray(source)) return [Number(source[0]), Number(source[1])];
  const { offset, source: text } = source as { readonly offset: number; readonly source?: unknown };
  return [offset, offset + (typeof text === 'string' ? text.length : 1)];
}
