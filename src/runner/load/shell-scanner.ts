import { quoteWord } from '../../kit/index.ts';

type Mode = 'bare' | 'backquote' | 'single' | 'double' | 'comment' | 'arithmetic' | 'document';

/** A here-document: `<<EOF` is expanded by the shell as double quotes are, `<<'EOF'` is text as it stands. */
interface HereDocument {
  readonly end: string;
  readonly isRaw: boolean;
  /** `<<-`: tabs at the start of its lines do not count. */
  readonly stripsTabs: boolean;
}

/**
 * Follows the quotes of a command line, so that a value can be pasted as exactly that text: as it is where it is plain,
 * in single quotes where it is not, and escaped where the line has opened quotes or a here-document already.
 */
export class ShellScanner {
  /** The innermost mode is last; `$(` and a backquote open one. */
  #modes: Mode[] = ['bare'];
  #last = ' ';
  /** Here-documents that are announced or at hand, and the line of the first that is being read. */
  readonly #documents: HereDocument[] = [];
  #line = '';

  /** Goes over a stretch of the command line as written. */
  scan(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const character = text[i] ?? '';
      if (character === '\\' && this.#escapes()) i++;
      else if (character === '$' && text[i + 1] === '(' && this.#expands()) i += this.#open(text[i + 2]);
      else if (character === '`' && this.#isBackquote()) this.#turnBackquote();
      else if (character === '<' && this.#isBare) i += this.#announce(text.slice(i)) - 1;
      else this.#step(character);
      this.#last = character;
    }
  }

  /** The value as it must be written at this place. */
  quote(value: string): string {
    const quoted = this.#quoteIn(value);
    // What stands between backquotes loses a level of backslashes first.
    return this.#modes.includes('backquote') ? quoted.replace(/[\\$`]/g, '\\$&') : quoted;
  }

  #quoteIn(value: string): string {
    this.#last = 'x';
    switch (this.#mode) {
      case 'single':
        return value.replaceAll("'", "'\\''");
      case 'double':
        return value.replace(/[\\"$`]/g, '\\$&');
      case 'document':
        this.#line += value;
        return this.#documents[0]?.isRaw === true ? value : value.replace(/[\\$`]/g, '\\$&');
      default:
        return quoteWord(value);
    }
  }

  get #mode(): Mode {
    return this.#modes.at(-1) ?? 'bare';
  }

  get #isBare(): boolean {
    return this.#mode === 'bare' || this.#mode === 'backquote';
  }

  #escapes(): boolean {
    return this.#isBare || this.#expands();
  }

  /** Where a command between backquotes begins, or, whatever quotes are open in it, ends. */
  #isBackquote(): boolean {
    return this.#modes.includes('backquote') || this.#expands();
  }

  #turnBackquote(): void {
    const begin = this.#modes.indexOf('backquote');
    if (begin < 0) this.#modes.push('backquote');
    else this.#modes.length = begin;
    this.#line += '`';
  }

  /** `$(` starts a command of its own, also inside double quotes. */
  #expands(): boolean {
    if (this.#mode === 'document') return this.#documents[0]?.isRaw !== true;
    return this.#isBare || this.#mode === 'double' || this.#mode === 'arithmetic';
  }

  /** How much of the text was gone over beside its first character. */
  #open(next: string | undefined): number {
    this.#line += '$';
    if (next !== '(') {
      this.#modes.push('bare');
      return 1;
    }
    this.#modes.push('arithmetic', 'arithmetic');
    return 2;
  }

  /** Notes the here-document that begins after this line; gives how much of the text was gone over. */
  #announce(text: string): number {
    const [whole, dash, word] = HERE_DOCUMENT.exec(text) ?? [];
    if (whole === undefined || word === undefined) return /^<+/.exec(text)?.[0].length ?? 1;
    const isRaw = /['"\\]/.test(word);
    const end = word.replace(/\\(.)|['"]/g, '$1');
    this.#documents.push({ end, isRaw, stripsTabs: dash === '-' });
    return whole.length;
  }

  #step(character: string): void {
    switch (this.#mode) {
      case 'bare':
      case 'backquote':
        this.#stepBare(character);
        break;
      case 'single':
        if (character === "'") this.#modes.pop();
        break;
      case 'double':
        if (character === '"') this.#modes.pop();
        break;
      case 'arithmetic':
        if (character === '(') this.#modes.push('arithmetic');
        else if (character === ')') this.#modes.pop();
        break;
      case 'document':
        this.#stepDocument(character);
        break;
      case 'comment':
        if (character === '\n') {
          this.#modes.pop();
          this.#begin();
        }
    }
  }

  #stepBare(character: string): void {
    if (character === "'") this.#modes.push('single');
    else if (character === '"') this.#modes.push('double');
    else if (character === '#' && /[\s;|&(]/.test(this.#last)) this.#modes.push('comment');
    else if (character === '(') this.#modes.push('bare');
    else if (character === ')' && this.#mode === 'bare' && this.#modes.length > 1) this.#modes.pop();
    else if (character === '\n') this.#begin();
  }

  /** A new line: what was announced begins. */
  #begin(): void {
    this.#line = '';
    if (this.#documents.length > 0) this.#modes.push('document');
  }

  #stepDocument(character: string): void {
    const [document] = this.#documents;
    if (character !== '\n' || document === undefined) this.#line += character;
    else {
      const line = document.stripsTabs ? this.#line.replace(/^\t+/, '') : this.#line;
      this.#line = '';
      if (line !== document.end) return;
      this.#documents.shift();
      if (this.#documents.length === 0) this.#modes.pop();
    }
  }
}

/** `<<EOF`, `<<-"EOF"`, `<< \EOF`; not `<<<`. */
const HERE_DOCUMENT = /^<<(-?)(?!<)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])+)/;
