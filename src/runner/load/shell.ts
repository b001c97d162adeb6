import { quoteWord } from '../../kit/index.ts';
import { isObject } from '../schema/json-schema.ts';
import type { ArgumentStyle } from './dvc-config.ts';
import { take, textOf, WholeFloat } from './floats.ts';

/** A text as one word of a shell, as Python's shlex.quote does it, which is what DVC writes. */
export function quoteAsPython(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`;
}

type Quote = (value: string) => string;

/**
 * A mapping as arguments: `{lr: 0.1, deep: {x: a b}, flag: true, list: [1, 2]}` is
 * `--lr 0.1 --deep.x 'a b' --flag --list 1 2`; false leaves the flag out, and an empty list too, unless the style says
 * otherwise. A list is its words. Undefined when a list holds lists or mappings.
 */
export function renderArguments(
  value: unknown,
  style: ArgumentStyle,
  quote: Quote = quoteWord,
): string | undefined {
  if (Array.isArray(value)) return renderWords(value, quote);
  const words: (string | undefined)[] = leavesOf(value, '').map(([key, item]) =>
    renderLeaf(quoteWord(key), item, { ...style, quote }),
  );
  if (words.includes(undefined)) return undefined;
  return words.filter((word) => word !== '').join(' ');
}

/** `--key value`; the empty text where nothing is said, undefined where nothing can be. */
function renderLeaf(
  key: string,
  value: unknown,
  style: ArgumentStyle & { readonly quote: Quote },
): string | undefined {
  if (value === true) return `--${key}`;
  if (value === false) return style.bool === 'boolean_optional' ? `--no-${key}` : '';
  if (!Array.isArray(value)) return `--${key} ${renderWord(value, style.quote)}`;
  if (value.length === 0) return '';
  const words = renderWords(value, style.quote, style.list === 'append' ? ` --${key} ` : ' ');
  return words === undefined ? undefined : `--${key} ${words}`;
}

function renderWords(values: readonly unknown[], quote: Quote, between = ' '): string | undefined {
  if (values.some((value) => typeof value === 'object' && value !== null)) return undefined;
  return values
    .map((value, i) => (isFlag(value) ? FLAGS[`${value}`] : renderWord(take(values, i), quote)))
    .join(between);
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
