/** A token of Python source. Strings hold their value, or undefined where it is no constant text (f-strings, bytes). */
export type Token =
  | { readonly kind: 'name' | 'number' | 'operator'; readonly text: string; readonly start: number }
  | { readonly kind: 'string'; readonly value: string | undefined; readonly start: number }
  | { readonly kind: 'newline' | 'indent' | 'dedent' | 'end'; readonly start: number };

/** Thrown where a text is no Python: an unclosed text or bracket, or lines that are indented to no level. */
export class PythonError extends Error {
  readonly start: number;

  constructor(message: string, start: number) {
    super(message);
    this.start = start;
  }
}

const BLANK = /(?:[ \t\f]|\\\r?\n)+/y;
const COMMENT = /#[^\r\n]*/y;
const LINE_BREAK = /\r\n|\r|\n/y;
const INDENT = /[ \t\f]*/y;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{N}\p{Mn}\p{Mc}\p{Pc}]*/uy;
const NUMBER =
  /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)?)[jJ]?/y;
const STRING = /([rRbBuUfFtT]{0,2})('''|"""|'|")/y;
const OPERATOR = /\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%&|^@<>=!:]=|->|\*\*|\/\/|<<|>>|[^\s]/uy;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Splits Python source into tokens, as its grammar reads lines, brackets and indentation. Throws PythonError. */
export function tokenize(text: string): readonly Token[] {
  return new Tokenizer(text).run();
}

class Tokenizer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #indents: number[] = [0];
  readonly #brackets: { readonly closing: string; readonly start: number }[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): readonly Token[] {
    this.#startLine();
    while (this.#at < this.#text.length) this.#step();
    const open = this.#brackets.at(-1);
    if (open !== undefined)
      throw new PythonError(`This bracket is never closed: '${this.#text[open.start]}'.`, open.start);
    this.#push('newline');
    while (this.#indents.length > 1) this.#dedent();
    this.#push('end');
    return this.#tokens;
  }

  #step(): void {
    const start = this.#at;
    if (this.#match(BLANK) !== undefined || this.#match(COMMENT) !== undefined) return;
    if (this.#match(LINE_BREAK) !== undefined) {
      if (this.#brackets.length > 0) return;
      this.#tokens.push({ kind: 'newline', start });
      this.#startLine();
      return;
    }
    const opening = this.#match(STRING);
    if (opening !== undefined) this.#string(opening, start);
    else this.#word(start);
  }

  #word(start: number): void {
    const number = this.#match(NUMBER)?.[0];
    if (number !== undefined) {
      this.#tokens.push({ kind: 'number', text: number, start });
      return;
    }
    const name = this.#match(NAME)?.[0];
    if (name !== undefined) {
      this.#tokens.push({ kind: 'name', text: name, start });
      return;
    }
    const operator = this.#match(OPERATOR)?.[0];
    if (operator === undefined) throw new PythonError('This character cannot stand here.', start);
    this.#bracket(operator, start);
    this.#tokens.push({ kind: 'operator', text: operator, start });
  }

  #bracket(operator: string, start: number): void {
    const closing = CLOSING[operator];
    if (closing !== undefined) this.#brackets.push({ closing, start });
    if (operator !== ')' && operator !== ']' && operator !== '}') return;
    if (this.#brackets.pop()?.closing !== operator)
      throw new PythonError(`This '${operator}' closes no bracket.`, start);
  }

  /** The indentation of a line that holds something. */
  #startLine(): void {
    for (;;) {
      const indent = this.#match(INDENT)?.[0] ?? '';
      this.#match(COMMENT);
      if (this.#match(LINE_BREAK) !== undefined) continue;
      if (this.#at < this.#text.length) this.#indentTo(widthOf(indent));
      return;
    }
  }

  #indentTo(width: number): void {
    if (width > (this.#indents.at(-1) ?? 0)) {
      this.#indents.push(width);
      this.#push('indent');
    }
    while (width < (this.#indents.at(-1) ?? 0)) this.#dedent();
    if (width !== this.#indents.at(-1))
      throw new PythonError('This line is indented as no block around it is.', this.#at);
  }

  #dedent(): void {
    this.#indents.pop();
    this.#push('dedent');
  }

  #string([, prefix = '', quote = '']: RegExpExecArray, start: number): void {
    const isLong = quote.length === 3;
    const from = this.#at;
    let at = from;
    while (!this.#text.startsWith(quote, at)) {
      if (at >= this.#text.length || (!isLong && /[\r\n]/.test(this.#text[at] ?? '')))
        throw new PythonError('This text is never closed.', start);
      if (this.#text[at] === '\\' && this.#text.startsWith('\r\n', at + 1)) at++;
      at += this.#text[at] === '\\' ? 2 : 1;
    }
    this.#at = at + quote.length;
    const body = this.#text.slice(from, at).replace(/\r\n?/g, '\n');
    const isConstant = !/[bft]/i.test(prefix);
    const value = !isConstant ? undefined : /r/i.test(prefix) ? body : textOfBody(body);
    this.#tokens.push({ kind: 'string', value, start });
  }

  #push(kind: 'newline' | 'indent' | 'dedent' | 'end'): void {
    this.#tokens.push({ kind, start: this.#at });
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null || match[0] === '') return undefined;
    this.#at += match[0].length;
    return match;
  }
}

/** Tabs go to the next multiple of eight. */
function widthOf(indent: string): number {
  let width = 0;
  for (const character of indent) {
    if (character === '\f') width = 0;
    else width = character === '\t' ? width + 8 - (width % 8) : width + 1;
  }
  return width;
}

const SIMPLE: Readonly<Record<string, string | undefined>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g;

/** The text that escapes stand for; undefined for characters by name (`\N{…}`) and broken escapes. */
function textOfBody(body: string): string | undefined {
  let isKnown = true;
  const text = body.replace(
    ESCAPE,
    (whole, octal?: string, x?: string, u?: string, long?: string, other = '') => {
      const point =
        octal === undefined ? Number.parseInt(x ?? u ?? long ?? '', 16) : Number.parseInt(octal, 8);
      const isPoint = !Number.isNaN(point);
      if (isPoint && point <= 0x10ffff) return String.fromCodePoint(point);
      if (isPoint || /[NxuU]/.test(other)) isKnown = false;
      // Python keeps a backslash that escapes nothing.
      return SIMPLE[other] ?? whole;
    },
  );
  return isKnown ? text : undefined;
}
