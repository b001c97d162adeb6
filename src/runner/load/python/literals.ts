import { canonicalJson, compareBytes } from '../../../kit/index.ts';
import { plain, store, textOf } from '../floats.ts';
import { numberFrom } from '../numbers.ts';
import { PythonError, type Token } from './tokens.ts';

const MAX_DEPTH = 100;

/** Stands for what is no literal: a call, a name, an f-string, a complex number. */
export const NO_LITERAL = Symbol('no literal');

/**
 * The value of an expression that is a literal, as Python's `ast.literal_eval` takes them: numbers, texts, True, False,
 * None, lists, tuples, dicts and sets of these. Tuples become lists, and sets sorted lists. The tokens must hold
 * nothing else; otherwise NO_LITERAL. Throws PythonError where it is nested too deeply.
 */
export function literalOf(tokens: readonly Token[]): unknown {
  const reader = new Reader(tokens);
  const value = reader.sequence();
  return reader.isDone ? value : NO_LITERAL;
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** `1` or `1, 2`: a tuple needs no brackets. */
  sequence(): unknown {
    const first = this.#value(0);
    if (first === NO_LITERAL || !this.#is(',')) return first;
    const list: unknown[] = [];
    store(list, 0, first);
    return this.#items(list, undefined, 0);
  }

  #value(depth: number): unknown {
    const token = this.#tokens[this.#at];
    if (token === undefined) return NO_LITERAL;
    if (depth > MAX_DEPTH) throw new PythonError(`Nested more than ${MAX_DEPTH} levels deep.`, token.start);
    switch (token.kind) {
      case 'string':
        return this.#text();
      case 'number':
        this.#at++;
        return numberFrom(token.text) ?? NO_LITERAL;
      case 'name':
        return this.#name(token.text);
      case 'operator':
        return this.#operator(token.text, depth);
      default:
        return NO_LITERAL;
    }
  }

  /** Texts side by side are one. */
  #text(): unknown {
    let text: string | undefined = '';
    for (let token = this.#tokens[this.#at]; token?.kind === 'string'; token = this.#tokens[++this.#at]) {
      text = text === undefined || token.value === undefined ? undefined : text + token.value;
    }
    return text ?? NO_LITERAL;
  }

  #name(name: string): unknown {
    this.#at++;
    if (name === 'set' && this.#is('(')) {
      this.#at++;
      return this.#takes(')') ? [] : NO_LITERAL;
    }
    return Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : NO_LITERAL;
  }

  #operator(operator: string, depth: number): unknown {
    this.#at++;
    switch (operator) {
      case '-':
      case '+':
        return this.#signed(operator, depth);
      case '[':
        return this.#items([], ']', depth);
      case '(':
        return this.#parenthesis(depth);
      case '{':
        return this.#braces(depth);
      default:
        return NO_LITERAL;
    }
  }

  #signed(sign: '-' | '+', depth: number): unknown {
    const operand = this.#tokens[this.#at];
    const isNumber = operand?.kind === 'number' || (operand?.kind === 'operator' && operand.text === '(');
    if (!isNumber) return NO_LITERAL;
    if (operand.kind === 'number') {
      this.#at++;
      return numberFrom(`${sign}${operand.text}`) ?? NO_LITERAL;
    }
    const inner = this.#value(depth + 1);
    return typeof plain(inner) === 'number'
      ? (numberFrom(`${sign}${textOf(inner)}`) ?? NO_LITERAL)
      : NO_LITERAL;
  }

  /** `(1)` is the value itself, `()`, `(1,)` and `(1, 2)` are tuples. */
  #parenthesis(depth: number): unknown {
    if (this.#takes(')')) return [];
    const first = this.#value(depth + 1);
    if (first === NO_LITERAL) return NO_LITERAL;
    if (this.#takes(')')) return first;
    const list: unknown[] = [];
    store(list, 0, first);
    return this.#items(list, ')', depth);
  }

  /** What follows in a list, with the commas before it. */
  #items(list: unknown[], closing: string | undefined, depth: number): unknown {
    const isClosed = (): boolean => (closing === undefined ? this.isDone : this.#takes(closing));
    let mayFollow = list.length === 0 || this.#takes(',');
    while (!isClosed()) {
      const value = mayFollow ? this.#value(depth + 1) : NO_LITERAL;
      if (value === NO_LITERAL) return NO_LITERAL;
      store(list, list.length, value);
      mayFollow = this.#takes(',');
    }
    return list;
  }

  #braces(depth: number): unknown {
    if (this.#takes('}')) return {};
    const first = this.#value(depth + 1);
    if (first === NO_LITERAL) return NO_LITERAL;
    if (this.#takes(':')) return this.#dict(first, depth);
    const list: unknown[] = [];
    store(list, 0, first);
    const items = this.#items(list, '}', depth);
    return Array.isArray(items) ? asSet(items) : NO_LITERAL;
  }

  #dict(firstKey: unknown, depth: number): unknown {
    const dict: Record<string, unknown> = {};
    let key = firstKey;
    for (;;) {
      const value = this.#value(depth + 1);
      const isKey = typeof plain(key) !== 'object' || plain(key) === null;
      if (value === NO_LITERAL || !isKey) return NO_LITERAL;
      store(dict, keyText(key), value);
      if (!this.#takes(',')) return this.#takes('}') ? dict : NO_LITERAL;
      if (this.#takes('}')) return dict;
      key = this.#value(depth + 1);
      if (key === NO_LITERAL || !this.#takes(':')) return NO_LITERAL;
    }
  }

  #is(operator: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'operator' && token.text === operator;
  }

  #takes(operator: string): boolean {
    const isThere = this.#is(operator);
    if (isThere) this.#at++;
    return isThere;
  }
}

const CONSTANTS: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };

function keyText(key: unknown): string {
  if (typeof key === 'boolean') return key ? 'True' : 'False';
  return textOf(key);
}

/** A set has no order and holds nothing twice. */
function asSet(items: readonly unknown[]): unknown[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText].sort(([a], [b]) => compareBytes(a, b)).map(([, item]) => item);
}
