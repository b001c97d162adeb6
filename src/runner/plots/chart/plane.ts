import { compareBytes } from '../../../kit/index.ts';
import type { Cell } from '../csv.ts';
import {
  type Axis,
  drawX,
  drawY,
  numberTicks,
  placeNames,
  placeNumbers,
  roomFor,
  roomUnder,
} from './axes.ts';
import { type Frame, formatValue } from './chart.ts';

export const WIDTH = 480;
export const HEIGHT = 300;
const MOST_LETTERS = 18;

/** One coordinate of all points: numbers, or the indexes of names. */
export interface Coordinate {
  /** The names, sorted or as they come; undefined for numbers. */
  readonly names: readonly string[] | undefined;
  readonly low: number;
  readonly high: number;
  /** True when all values are whole numbers. */
  readonly whole: boolean;
  /** A cell as a number; undefined for what is no value. */
  readonly of: (cell: Cell) => number | undefined;
  readonly show: (value: number) => string;
}

/** What programs write in the place of a number that is none: `NaN`, `-inf`. */
const NO_NUMBER = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * Numbers if all values are, but for those that a program could not compute; else names, in the order in which they
 * come unless sorted.
 */
export function coordinateOf(
  cells: Iterable<Cell>,
  order: 'sorted' | 'as they come' = 'as they come',
): Coordinate {
  const values = [...cells].filter((cell) => cell !== null);
  const numbers = values.filter((cell) => typeof cell === 'number');
  const isName = (cell: Cell): boolean => typeof cell !== 'number' && !NO_NUMBER.test(String(cell));
  if (values.some(isName) || (numbers.length === 0 && values.length > 0)) return namesOf(values, order);
  let [low, high, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (const n of numbers) {
    low = Math.min(low, n);
    high = Math.max(high, n);
    whole &&= Number.isInteger(n);
  }
  return {
    names: undefined,
    ...(numbers.length === 0 ? { low: 0, high: 1 } : { low, high }),
    whole,
    of: (cell) => (typeof cell === 'number' ? cell : undefined),
    show: formatValue,
  };
}

function namesOf(values: readonly Cell[], order: 'sorted' | 'as they come'): Coordinate {
  const names = [...new Set(values.map(String))];
  if (order === 'sorted') names.sort(compareBytes);
  const index = new Map(names.map((name, i) => [name, i]));
  return {
    names,
    low: 0,
    high: Math.max(1, names.length - 1),
    whole: true,
    of: (cell) => (cell === null ? undefined : index.get(String(cell))),
    show: (value) => names[Math.round(value)] ?? '',
  };
}

/** A frame with both its axes. */
export interface Plane {
  readonly frame: Frame;
  readonly x: Axis;
  readonly y: Axis;
  readonly axes: string;
}

/** Lays out the axes of two coordinates. `padX` widens a number axis by a share, so that no point sits on the edge. */
export function createPlane(
  x: Coordinate,
  y: Coordinate,
  labels: { readonly x: string; readonly y: string },
  padX = 0,
): Plane {
  const pad = (x.high - x.low) * padX;
  const xNumbers = numberTicks(x.low - pad, x.high + pad, { count: 6, exact: true, whole: x.whole });
  const yNumbers = numberTicks(y.low, y.high, { count: 5 });
  const yTexts = y.names ?? yNumbers.texts;
  const left = (labels.y === '' ? 12 : 28) + roomFor(yTexts, MOST_LETTERS);
  const right = WIDTH - 14;
  const roomForName = x.names === undefined ? 0 : roomFor(x.names, MOST_LETTERS) + 8;
  const isTight = x.names !== undefined && roomForName * x.names.length > right - left;
  const bottom = HEIGHT - roomUnder(x.names ?? [], isTight);
  const frame: Frame = { left, top: 10, right, bottom };
  const xAxis =
    x.names === undefined
      ? placeNumbers(xNumbers, [left, right])
      : placeNames(x.names, [left, right], isTight ? 15 : roomForName);
  const yAxis =
    y.names === undefined
      ? placeNumbers(yNumbers, [bottom, frame.top])
      : placeNames(y.names, [bottom, frame.top], 15);
  return {
    frame,
    x: xAxis,
    y: yAxis,
    axes: drawY(frame, yAxis, labels.y) + drawX(frame, xAxis, labels.x, isTight),
  };
}
