import { store } from '../floats.ts';
import type { TextProblem } from '../yaml-data.ts';
import { literalOf, NO_LITERAL } from './literals.ts';
import { PythonError, type Token, tokenize } from './tokens.ts';

/**
 * The parameters of a Python file, as DVC takes them: literals that are assigned to a name in the module, in a class
 * (a mapping under the class's name) or to `self` in an `__init__`. All else is passed over, unread.
 */
export function parsePython(text: string): {
  readonly data: unknown;
  readonly problems: readonly TextProblem[];
} {
  try {
    const reader = new ModuleReader(tokenize(text));
    const data: Record<string, unknown> = {};
    reader.block(data, 'all', 0);
    return { data, problems: [] };
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    const { start, message } = error;
    return { data: null, problems: [{ start, end: start + 1, message: `Not valid Python: ${message}` }] };
  }
}

/** Which assignments count: all, or those to `self` only. */
type Wanted = 'all' | 'self';

const MAX_DEPTH = 100;

class ModuleReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Reads statements up to the end of the block. */
  block(data: Record<string, unknown>, wanted: Wanted, depth: number): void {
    for (let token = this.#here(); token.kind !== 'dedent' && token.kind !== 'end'; token = this.#here()) {
      if (token.kind === 'indent') this.#skipBlock();
      else if (token.kind === 'newline') this.#at++;
      else this.#statement(data, wanted, depth);
    }
  }

  #statement(data: Record<string, unknown>, wanted: Wanted, depth: number): void {
    const { start } = this.#here();
    if (depth > MAX_DEPTH) throw new PythonError(`Nested more than ${MAX_DEPTH} levels deep.`, start);
    const name = this.#nameAfter(1);
    if (this.#isName('class') && name !== undefined) {
      const members: Record<string, unknown> = {};
      this.#body(members, 'all', depth);
      store(data, name, members);
    } else if (this.#isName('def') && name === '__init__') {
      this.#body(data, 'self', depth);
    } else {
      this.#simple(data, wanted);
    }
  }

  /** What follows the colon of `class` and `def`: statements in the line, or a block. */
  #body(data: Record<string, unknown>, wanted: Wanted, depth: number): void {
    let brackets = 0;
    for (let token = this.#here(); token.kind !== 'newline' && token.kind !== 'end'; token = this.#here()) {
      this.#at++;
      brackets += bracketStep(token);
      if (brackets === 0 && isOperator(token, ':')) break;
    }
    if (this.#here().kind !== 'newline') {
      this.#simple(data, wanted);
      return;
    }
    this.#at++;
    if (this.#here().kind !== 'indent') return;
    this.#at++;
    this.block(data, wanted, depth + 1);
    if (this.#here().kind === 'dedent') this.#at++;
  }

  /** The statements of one line; a line that opens another kind of block is passed over with it. */
  #simple(data: Record<string, unknown>, wanted: Wanted): void {
    let statement: Token[] = [];
    let brackets = 0;
    for (let token = this.#here(); token.kind !== 'newline' && token.kind !== 'end'; token = this.#here()) {
      this.#at++;
      brackets += bracketStep(token);
      if (brackets === 0 && isOperator(token, ';')) {
        assign(data, statement, wanted);
        statement = [];
      } else {
        statement.push(token);
      }
    }
    assign(data, statement, wanted);
    this.#at++;
    if (this.#here().kind === 'indent') this.#skipBlock();
  }

  #skipBlock(): void {
    let depth = 0;
    do {
      if (this.#here().kind === 'indent') depth++;
      else if (this.#here().kind === 'dedent') depth--;
      this.#at++;
    } while (depth > 0 && this.#here().kind !== 'end');
  }

  #here(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', start: 0 };
  }

  #isName(text: string): boolean {
    const token = this.#here();
    return token.kind === 'name' && token.text === text;
  }

  #nameAfter(steps: number): string | undefined {
    const token = this.#tokens[this.#at + steps];
    return token?.kind === 'name' ? token.text : undefined;
  }
}

/** `NAME = literal`, `NAME: type = literal`, the same with `self.NAME`; anything else changes nothing. */
function assign(data: Record<string, unknown>, statement: readonly Token[], wanted: Wanted): void {
  const [first, dot, second] = statement;
  if (first?.kind !== 'name') return;
  const isAttribute = dot !== undefined && isOperator(dot, '.');
  if (isAttribute ? first.text !== 'self' || second?.kind !== 'name' : wanted === 'self') return;
  const name = isAttribute && second?.kind === 'name' ? second.text : first.text;
  const rest = statement.slice(isAttribute ? 3 : 1);
  const equals = topLevelEquals(rest);
  const before = rest[0];
  const isTyped = before !== undefined && isOperator(before, ':');
  if (equals === undefined || (equals > 0 && !isTyped)) return;
  const value = literalOf(rest.slice(equals + 1));
  if (value === NO_LITERAL) return;
  store(data, name, value);
}

/** Where the equals sign outside of brackets stands. */
function topLevelEquals(tokens: readonly Token[]): number | undefined {
  let brackets = 0;
  for (const [i, token] of tokens.entries()) {
    brackets += bracketStep(token);
    if (brackets === 0 && isOperator(token, '=')) return i;
  }
  return undefined;
}

function isOperator(token: Token, text: string): boolean {
  return token.kind === 'operator' && token.text === text;
}

function bracketStep(token: Token): number {
  if (token.kind !== 'operator') return 0;
  if ('([{'.includes(token.text)) return 1;
  return ')]}'.includes(token.text) ? -1 : 0;
}
