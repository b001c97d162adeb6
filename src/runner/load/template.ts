import { didYouMean } from '../../kit/index.ts';
import { type ArgumentStyle, DEFAULT_STYLE } from './dvc-config.ts';
import { plain, store, take, textOf, WholeFloat } from './floats.ts';
import { formatKey, type KeyPath, lookUp, namesAt, parseKey } from './key-path.ts';
import { child, indexIn } from './object.ts';
import type { Complaint } from './problems.ts';
import { quoteAsPython, quoteWord, renderArguments, ShellScanner } from './shell.ts';

/** A part of a text with templates: text as it is, or `${expression}`. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'template';
      readonly expression: string;
      readonly source: string;
      /** `${raw:key}`: in a command pasted as it is. */
      readonly isRaw: boolean;
    };

/** Called for each template that cannot be filled: where the text stands, and the template as written. */
export type OnBadTemplate = (path: KeyPath, template: string, complaint: Complaint) => void;

/** How values are pasted into a command: safe for the shell, or as they are, which is what DVC does. */
export type Quoting = 'shell' | 'none';

/** How values look in commands. */
export interface PasteOptions {
  readonly quoting?: Quoting | undefined;
  readonly style?: ArgumentStyle | undefined;
}

const TEMPLATE = /\\\$\{|\$\{([^}\n]*)\}/g;
const RAW = /^\s*raw:/;

function split(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(TEMPLATE)) {
    const [source, inner] = match;
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) });
    if (inner === undefined) pieces.push({ kind: 'text', text: '${' });
    else pieces.push({ kind: 'template', expression: expressionOf(inner), source, isRaw: RAW.test(inner) });
    end = match.index + source.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

/** The dotted key in a template. As in DVC, `a[key]` is `a.key`, and `a[-1]` counts from the end. */
function expressionOf(inner: string): string {
  return inner
    .replace(RAW, '')
    .trim()
    .replace(/\[([^[\]]*)\]/g, (brackets, word: string) =>
      /^\d+$/.test(word) ? brackets : `.${word.trim()}`,
    );
}

/**
 * Fills the templates of a stage's definition. A text that is one template takes the value with its type; in other
 * text scalars are pasted. Under `cmd` values are quoted for the shell and a mapping becomes `--key value` arguments.
 */
export class Filler {
  readonly #scope: unknown;
  readonly #onBad: OnBadTemplate;
  readonly #quoting: Quoting;
  readonly #style: ArgumentStyle;

  constructor(
    scope: unknown,
    onBad: OnBadTemplate,
    { quoting = 'shell', style = DEFAULT_STYLE }: PasteOptions = {},
  ) {
    this.#scope = scope;
    this.#onBad = onBad;
    this.#quoting = quoting;
    this.#style = style;
  }

  /** A copy with every template filled; undefined stands where one could not be. */
  fill(value: unknown, path: KeyPath): unknown {
    return plain(this.#fill(value, path));
  }

  #fill(value: unknown, path: KeyPath): unknown {
    if (typeof value === 'string') return this.#text(value, path);
    if (typeof value !== 'object' || value === null || value instanceof WholeFloat) return value;
    if (Array.isArray(value)) {
      const filled: unknown[] = [];
      for (const i of value.keys()) store(filled, i, this.#fill(take(value, i), [...path, i]));
      return filled;
    }
    const filled: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const name = this.#text(key, [...path, key]);
      if (name !== undefined) store(filled, textOf(name), this.#fill(take(value, key), [...path, key]));
    }
    return filled;
  }

  /** Fills a command line, or a list of them. */
  fillCommand(value: unknown, path: KeyPath): unknown {
    if (Array.isArray(value)) return value.map((item, i) => this.fillCommand(item, [...path, i]));
    return typeof value === 'string' ? this.#command(value, path) : this.fill(value, path);
  }

  #text(text: string, path: KeyPath): unknown {
    if (!text.includes('${')) return text;
    const pieces = split(text);
    const [first] = pieces;
    if (pieces.length === 1 && first?.kind === 'template') return this.#value(first, path);
    return this.#join(pieces, (piece) => this.#scalar(piece, path));
  }

  #command(line: string, path: KeyPath): unknown {
    if (!line.includes('${')) return line;
    const pieces = split(line);
    const [first] = pieces;
    if (pieces.length === 1 && first?.kind === 'template') {
      // The whole command is a parameter: it is meant as a command, not as one word.
      const value = this.#value(first, path);
      if (value === undefined || Array.isArray(value)) return value;
      return isHolder(value) ? this.#arguments(first, value, path) : textOf(value);
    }
    const shell = new ShellScanner();
    return this.#join(
      pieces,
      (piece) => {
        const value = this.#value(piece, path);
        if (value === undefined) return undefined;
        if (isHolder(value)) return this.#arguments(piece, value, path);
        return this.#paste(value, shell, piece.isRaw);
      },
      (text) => shell.scan(text),
    );
  }

  #paste(value: unknown, shell: ShellScanner, isRaw: boolean): string {
    const text = textOf(value);
    if (this.#quoting === 'shell' && !isRaw) return shell.quote(text);
    // Quotes that the value opens count for what follows.
    shell.scan(text);
    return text;
  }

  #join(
    pieces: readonly Piece[],
    fill: (piece: Piece & { kind: 'template' }) => string | undefined,
    onText: (text: string) => void = () => {},
  ): string | undefined {
    let result: string | undefined = '';
    for (const piece of pieces) {
      if (piece.kind === 'text') onText(piece.text);
      const text = piece.kind === 'text' ? piece.text : fill(piece);
      // All bad templates of the text are reported, not only the first.
      result = result === undefined || text === undefined ? undefined : result + text;
    }
    return result;
  }

  #scalar(piece: Piece & { kind: 'template' }, path: KeyPath): string | undefined {
    const value = this.#value(piece, path);
    if (value === undefined) return undefined;
    if (!isHolder(value)) return textOf(value);
    this.#onBad(path, piece.source, {
      message: `${piece.source} is ${Array.isArray(value) ? 'a list' : 'a mapping'}, which cannot stand inside a text.`,
      hint: 'Name one value in it, or let the template be the whole text.',
    });
    return undefined;
  }

  #arguments(piece: Piece & { kind: 'template' }, value: object, path: KeyPath): string | undefined {
    const quote = this.#quoting === 'none' ? quoteAsPython : quoteWord;
    const text = renderArguments(value, this.#style, quote);
    if (text !== undefined) return text;
    this.#onBad(path, piece.source, {
      message: `${piece.source} holds lists or mappings inside a list, which no command line can hold.`,
    });
    return undefined;
  }

  #value(piece: Piece & { kind: 'template' }, path: KeyPath): unknown {
    const { expression, source } = piece;
    const words = parseKey(expression);
    if (words === undefined) {
      this.#onBad(path, source, {
        message: `${source} is no key such as \${train.lr} or \${items[0]}.`,
        hint: `Write \\${source} for the text itself.`,
      });
      return undefined;
    }
    const found = lookUp(this.#scope, expression);
    if (found.found) {
      const name = found.path.at(-1);
      // Only whole numbers can be marked as floats, and only then their holder must be looked up.
      if (name === undefined || !Number.isInteger(found.value)) return found.value;
      const holder = found.path.slice(0, -1).reduce(child, this.#scope);
      if (!isHolder(holder)) return found.value;
      return take(holder, Array.isArray(holder) ? indexIn(holder, name) : name);
    }
    const holder = found.path.length === 0 ? '' : ` in '${formatKey(found.path)}'`;
    const [name = ''] = parseKey(found.rest) ?? [];
    const names = namesAt(found.at);
    this.#onBad(path, source, {
      message: `There is no value '${formatKey([name])}'${holder} for ${source}.`,
      hint:
        didYouMean(String(name), names) ?? hintFor(source, words.length === 1 && path.includes('cmd'), names),
    });
    return undefined;
  }
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof WholeFloat);
}

const MAX_NAMED = 12;

function hintFor(source: string, mayBeForShell: boolean, names: readonly string[]): string | undefined {
  if (mayBeForShell) return `Write \\${source} if it is meant for the shell.`;
  if (names.length === 0) return undefined;
  const more = names.length > MAX_NAMED ? ', …' : '';
  return `Known there: ${names.slice(0, MAX_NAMED).join(', ')}${more}.`;
}
