import { quoteWord } from '../../kit/index.ts';
import { type ArgumentStyle, DEFAULT_STYLE } from './dvc-config.ts';
import { plain, store, take, textOf, WholeFloat } from './floats.ts';
import type { KeyPath } from './key-path.ts';
import { quoteAsPython, renderArguments } from './shell.ts';
import { ShellScanner } from './shell-scanner.ts';
import { type Piece, split, type Template } from './template-pieces.ts';
import { isHolder, type OnBadTemplate, templateValue } from './template-value.ts';

/** How values are pasted into a command: safe for the shell, or as they are, which is what DVC does. */
export type Quoting = 'shell' | 'none';

/** How values look in commands. */
export interface PasteOptions {
  readonly quoting?: Quoting | undefined;
  readonly style?: ArgumentStyle | undefined;
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
    fill: (piece: Template) => string | undefined,
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

  #scalar(piece: Template, path: KeyPath): string | undefined {
    const value = this.#value(piece, path);
    if (value === undefined) return undefined;
    if (!isHolder(value)) return textOf(value);
    this.#onBad(path, piece.source, {
      message: `${piece.source} is ${Array.isArray(value) ? 'a list' : 'a mapping'}, which cannot stand inside a text.`,
      hint: 'Name one value in it, or let the template be the whole text.',
    });
    return undefined;
  }

  #arguments(piece: Template, value: object, path: KeyPath): string | undefined {
    const quote = this.#quoting === 'none' ? quoteAsPython : quoteWord;
    const text = renderArguments(value, this.#style, quote);
    if (text !== undefined) return text;
    this.#onBad(path, piece.source, {
      message: `${piece.source} holds lists or mappings inside a list, which no command line can hold.`,
    });
    return undefined;
  }

  #value(piece: Template, path: KeyPath): unknown {
    return templateValue(piece, path, { scope: this.#scope, onBad: this.#onBad });
  }
}
