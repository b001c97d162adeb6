import { isObject } from '../schema/json-schema.ts';
import { take, textOf, WholeFloat } from './floats.ts';

type Mode = 'bare' | 'single' | 'double' | 'comment';

/** Characters that mean nothing to a POSIX shell outside quotes. */
const PLAIN = /^[\w\-.,:/=@%+\u0080-\uffff]*$/;

/**
 * Follows the quotes of a command line, so that a value can be pasted as exactly that text: as it is where it is plain,
 * in single quotes where it is not, and escaped where the line has opened quotes already.
 */
export class ShellScanner {
  /** The innermost mode is last; `$(` opens one. */
  #modes: Mode[] = ['bare'];
  #last = ' ';

  /** Goes over a stretch of the command line as written. */
  scan(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const character = text[i] ?? '';
      const isEscape = character === '\\' && (this.#mode === 'bare' || this.#mode === 'double');
      if (isEscape) i++;
      else if (character === '$' && text[i + 1] === '(' && this.#opens()) i++;
      else this.#step(character);
      this.#last = character;
    }
  }

  /** The value as it must be written at this place. */
  quote(value: string): string {
    this.#last = 'x';
    switch (this.#mode) {
      case 'single':
        return value.replaceAll("'", "'\\''");
      case 'double':
        return value.replace(/[\\"$`]/g, '\\$&');
      default:
        return quoteWord(value);
    }
  }

  get #mode(): Mode {
    return this.#modes.at(-1) ?? 'bare';
  }

  /** `$(` starts a command of its own, also inside double quotes. */
  #opens(): boolean {
    if (this.#mode !== 'bare' && this.#mode !== 'double') return false;
    this.#modes.push('bare');
    return true;
  }

  #step(character: string): void {
    switch (this.#mode) {
      case 'bare':
        this.#stepBare(character);
        break;
      case 'single':
        if (character === "'") this.#modes.pop();
        break;
      case 'double':
        if (character === '"') this.#modes.pop();
        break;
      default:
        if (character === '\n') this.#modes.pop();
    }
  }

  #stepBare(character: string): void {
    if (character === "'") this.#modes.push('single');
    else if (character === '"') this.#modes.push('double');
    else if (character === '#' && /[\s;|&(]/.test(this.#last)) this.#modes.push('comment');
    else if (character === '(') this.#modes.push('bare');
    else if (character === ')' && this.#modes.length > 1) this.#modes.pop();
  }
}

/** A text as one word of a POSIX shell; plain text stays as it is. */
export function quoteWord(value: string): string {
  return PLAIN.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** The same as Python's shlex.quote does it, which is what DVC writes. */
export function quoteAsPython(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`;
}

/**
 * A mapping as arguments: `{lr: 0.1, deep: {x: a b}, flag: true, list: [1, 2]}` is
 * `--lr 0.1 --deep.x 'a b' --flag --list 1 2`; false leaves the flag out. A list is its words. Undefined when a list
 * holds lists or mappings.
 */
export function renderArguments(value: unknown, quote = quoteWord): string | undefined {
  if (Array.isArray(value)) return renderWords(value, quote);
  const words: string[] = [];
  for (const [key, item] of leavesOf(value, '')) {
    if (item === false) continue;
    const rendered =
      item === true ? '' : Array.isArray(item) ? renderWords(item, quote) : renderWord(item, quote);
    if (rendered === undefined) return undefined;
    words.push(`--${quoteWord(key)}${rendered === '' ? '' : ` ${rendered}`}`);
  }
  return words.join(' ');
}

function renderWords(values: readonly unknown[], quote: typeof quoteWord): string | undefined {
  if (values.some((value) => typeof value === 'object' && value !== null)) return undefined;
  return values
    .map((value, i) => (isFlag(value) ? FLAGS[`${value}`] : renderWord(take(values, i), quote)))
    .join(' ');
}

/** Inside a list DVC writes booleans as Python does. */
const FLAGS = { true: 'True', false: 'False' } as const;

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

/** An empty text is a word too; left out it would shift the arguments after it. */
function renderWord(value: unknown, quote: typeof quoteWord): string {
  return value === '' ? "''" : quote(textOf(value));
}

function leavesOf(value: unknown, prefix: string): [string, unknown][] {
  if (!isObject(value) || value instanceof WholeFloat) return [[prefix, value]];
  return Object.keys(value).flatMap((key) =>
    leavesOf(take(value, key), prefix === '' ? key : `${prefix}.${key}`),
  );
}
