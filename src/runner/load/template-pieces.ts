/** A part of a text with templates: text as it is, or `${expression}`. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'template';
      readonly expression: string;
      readonly source: string;
      /** `${raw:key}`: in a command pasted as it is. */
      readonly isRaw: boolean;
    };

export type Template = Piece & { kind: 'template' };

const TEMPLATE = /\\\$\{|\$\{([^}\n]*)\}/g;
const RAW = /^\s*raw:/;

/** A text in its pieces. */
export function split(text: string): Piece[] {
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
