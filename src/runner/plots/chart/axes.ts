import { element, linearScale, type Scale } from '../../../kit/index.ts';
import { type Frame, formatTick, LETTER, shortText } from './chart.ts';

/** An axis of numbers, or of names in a row. */
export interface Axis {
  /** Where a number, or the name with this index, is drawn. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** Half the room of a name. */
  readonly half: number;
}

export interface NumberAxis {
  readonly scale: Scale;
  readonly texts: readonly string[];
}

/** A scale with its texts, laid out from 0 to 1 first: the texts decide how much room there is. */
export function numberTicks(
  low: number,
  high: number,
  options: { count: number; exact?: boolean; whole?: boolean },
): NumberAxis {
  const [from, to] = usable(low, high);
  const scale = linearScale([from, to], [0, 1], options);
  const ticks = scale.ticks.filter((tick) => options.whole !== true || Number.isInteger(tick));
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) || 1;
  const shown = Object.assign((value: number) => scale(value), {
    domain: scale.domain,
    range: scale.range,
    ticks,
  });
  return { scale: shown, texts: ticks.map((tick) => formatTick(tick, step)) };
}

const LARGEST = 1e200;
const FAR = 1e6;
const SMALLEST = 1e-200;

/** Ends between which round ticks can be counted: numbers that are almost one, or beyond all measure, get some room. */
function usable(low: number, high: number): readonly [number, number] {
  const [from, to] = [Math.max(low, -LARGEST), Math.min(high, LARGEST)];
  const size = Math.max(Math.abs(from), Math.abs(to));
  if (size < SMALLEST) return [-1, 1];
  return to - from > size * 1e-9 ? [from, to] : [from - size * 0.1, to + size * 0.1];
}

/** A number axis between two places of the drawing. */
export function placeNumbers({ scale, texts }: NumberAxis, [from, to]: readonly [number, number]): Axis {
  // What lies beyond all measure lies far outside, but somewhere.
  const at = (value: number): number => Math.max(-FAR, Math.min(FAR, from + scale(value) * (to - from)));
  return { at, ticks: scale.ticks.map((tick, i) => ({ at: at(tick), text: texts[i] ?? '' })), half: 0 };
}

/** An axis of names; where they do not all fit, each second, third, … one is written. */
export function placeNames(
  names: readonly string[],
  [from, to]: readonly [number, number],
  roomForOne: number,
): Axis {
  const width = (to - from) / Math.max(1, names.length);
  const each = Math.max(1, Math.ceil(roomForOne / Math.abs(width)));
  const at = (index: number): number => from + (index + 0.5) * width;
  const ticks = names.flatMap((text, i) => (i % each === 0 ? [{ at: at(i), text }] : []));
  return { at, ticks, half: Math.abs(width) / 2 };
}

/** Units that the longest of some texts takes, at most `most` letters. */
export function roomFor(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(1, ...texts.map((text) => [...text].length))) * LETTER;
}

const MOST_LETTERS = 18;

/** Horizontal lines with their values at the left, and what they measure. */
export function drawY(frame: Frame, axis: Axis, label: string): string {
  const ticks = axis.ticks.map(
    ({ at, text }) =>
      element('line', { class: 'grid', x1: frame.left, x2: frame.right, y1: at, y2: at }) +
      shortText(text, MOST_LETTERS, { class: 'tick', x: frame.left - 7, y: at + 4, 'text-anchor': 'end' }),
  );
  const middle = (frame.top + frame.bottom) / 2;
  const most = Math.floor((frame.bottom - frame.top) / LETTER);
  return (
    ticks.join('') +
    (label === ''
      ? ''
      : shortText(label, most, {
          class: 'axis-label',
          transform: `translate(12 ${middle}) rotate(-90)`,
          'text-anchor': 'middle',
        }))
  );
}

/** The line under the data with its values, and what they measure. Long names stand aslant. */
export function drawX(frame: Frame, axis: Axis, label: string, aslant = false): string {
  const base = element('line', {
    class: 'axis',
    x1: frame.left,
    x2: frame.right,
    y1: frame.bottom,
    y2: frame.bottom,
  });
  const ticks = axis.ticks.map(({ at, text }) => {
    const mark = element('line', { class: 'axis', x1: at, x2: at, y1: frame.bottom, y2: frame.bottom + 4 });
    const place = aslant
      ? { transform: `translate(${at + 4} ${frame.bottom + 14}) rotate(-35)`, 'text-anchor': 'end' }
      : { x: at, y: frame.bottom + 17, 'text-anchor': 'middle' };
    return mark + shortText(text, MOST_LETTERS, { class: 'tick', ...place });
  });
  const drop = aslant
    ? 24 +
      roomFor(
        axis.ticks.map(({ text }) => text),
        MOST_LETTERS,
      ) *
        0.6
    : 34;
  const middle = (frame.left + frame.right) / 2;
  const most = Math.floor((frame.right - frame.left) / LETTER);
  return (
    base +
    ticks.join('') +
    shortText(label, most, {
      class: 'axis-label',
      x: middle,
      y: frame.bottom + drop,
      'text-anchor': 'middle',
    })
  );
}

/** Units under the frame that `drawX` needs. */
export function roomUnder(texts: readonly string[], aslant: boolean): number {
  return aslant ? 34 + roomFor(texts, MOST_LETTERS) * 0.6 : 42;
}
