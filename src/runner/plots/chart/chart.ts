import { element, escapeControl, escapeText, round } from '../../../kit/index.ts';

/** A value that the reader can point at, or step to with the arrow keys: where it is drawn and what it says. */
export interface Stop {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  /** What is known there: name, value, and the number of its colour where it has one. */
  readonly lines: readonly (readonly [name: string, value: string, color?: number])[];
  /** Where else a dot shows: height and colour. */
  readonly dots?: readonly (readonly [y: number, color: number])[];
}

/** A drawing with what it says at which place. Colours are the classes c0 to c7, which the page defines. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  readonly stops: readonly Stop[];
  /** Whether the nearest stop is looked for along x only. */
  readonly mode: 'x' | 'xy';
}

/** A named line, cloud or set of bars. */
export interface Curve<P = readonly [x: number, y: number]> {
  readonly name: string;
  /** 0 to 7 and round again. */
  readonly color: number;
  /** Of lines of one colour, which: 0 is solid. */
  readonly dash: number;
  readonly points: readonly P[];
}

export const COLORS = 8;

/** The room of the data inside a drawing, in its units. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Mean width of a digit or letter of the axis text, in units. */
export const LETTER = 6.3;

/** An SVG without colours of its own. `label` is what a screen reader says. */
export function drawing(
  size: { readonly width: number; readonly height: number },
  label: string,
  ...content: readonly string[]
): string {
  return element(
    'svg',
    {
      viewBox: `0 0 ${round(size.width)} ${round(size.height)}`,
      role: 'img',
      'aria-label': escapeControl(label),
    },
    ...content,
  );
}

/** Foreign text as SVG text: cut to a length, with the whole of it as its tooltip. */
export function shortText(
  text: string,
  most: number,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  const visible = escapeControl(text);
  const letters = [...visible];
  if (letters.length <= most) return element('text', attributes, escapeText(visible));
  const cut = `${letters.slice(0, Math.max(1, most - 1)).join('')}…`;
  return element('text', attributes, escapeText(cut), element('title', {}, escapeText(visible)));
}

/** A number for people: six digits, a true minus. */
export function formatValue(value: number): string {
  const abs = Math.abs(value);
  const text =
    abs !== 0 && (abs < 1e-4 || abs >= 1e9)
      ? String(Number(value.toPrecision(4)).toExponential())
      : String(Number(value.toPrecision(6)));
  return text.replace('e+', 'e').replaceAll('-', '−');
}

/** A tick with as many decimals as its step needs. */
export function formatTick(value: number, step: number): string {
  if (value === 0 && step < 1e-4) return '0';
  const most = Math.max(Math.abs(value), step);
  if (most >= 1e6 || step < 1e-4) return formatValue(value);
  const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return (Object.is(value, -0) ? 0 : value).toFixed(decimals).replace('-', '−');
}
