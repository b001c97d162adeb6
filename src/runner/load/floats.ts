import { isObject } from '../schema/json-schema.ts';
import { put } from './object.ts';

/**
 * Python, and so DVC, tells 1.0 from 1; JavaScript has one kind of number. Which whole numbers were written as floats
 * (`1.0`, `1e3`) is kept beside the data, by the mapping or list that holds them, so that the data itself stays plain
 * for schemas, fingerprints and programs. Only the text of templates asks.
 */
const marks = new WeakMap<object, Set<string>>();

type Holder = Record<string, unknown> | unknown[];

/** A whole number that was written as a float, on its way from one holder to another. */
export class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** The value under a key, as a WholeFloat when it was written as a float. */
export function take(holder: object, key: string | number): unknown {
  const value: unknown = Reflect.get(holder, key);
  return isFloat(holder, key, value) ? new WholeFloat(value) : value;
}

/** Puts a value that `take` gave under a key of another holder. */
export function store(holder: Holder, key: string | number, value: unknown): void {
  if (value instanceof WholeFloat) mark(holder, String(key));
  else marks.get(holder)?.delete(String(key));
  if (Array.isArray(holder)) holder[Number(key)] = plain(value);
  else put(holder, String(key), plain(value));
}

/** What `take` gave, as plain data. */
export function plain(value: unknown): unknown {
  return value instanceof WholeFloat ? value.value : value;
}

/** Marks the numbers of a shallow copy as those of its original. */
export function carry<T extends object>(from: object, to: T): T {
  const keys = marks.get(from);
  if (keys !== undefined) marks.set(to, new Set([...keys, ...(marks.get(to) ?? [])]));
  return to;
}

/** Marks the numbers of a deep copy, which may hold more than its original, as those of the original. */
export function carryAll(from: unknown, to: unknown): void {
  if (typeof from !== 'object' || from === null || typeof to !== 'object' || to === null) return;
  carry(from, to);
  for (const [key, value] of Object.entries(from)) {
    if (typeof value === 'object' && Object.hasOwn(to, key)) carryAll(value, Reflect.get(to, key));
  }
}

/** A path in data and the text of the float there. */
export type FloatAt = readonly [path: readonly (string | number)[], text: string];

/** All marks of data, in a form that JSON holds. */
export function listFloats(data: unknown): readonly FloatAt[] {
  const found: FloatAt[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (isFloat(value, key, item)) found.push([[...path, key], textOfFloat(item)]);
      else visit(item, [...path, key]);
    }
  };
  visit(data, []);
  return found;
}

/** Marks data again as `listFloats` told. Paths that do not fit are left out. */
export function restoreFloats(data: unknown, floats: readonly FloatAt[]): void {
  for (const [path, text] of floats) {
    let holder: unknown = data;
    for (const word of path.slice(0, -1)) holder = childOf(holder, word);
    const key = path.at(-1);
    if (key === undefined || !(isObject(holder) || Array.isArray(holder))) continue;
    if (typeof childOf(holder, key) === 'number') store(holder as Holder, key, new WholeFloat(Number(text)));
  }
}

function childOf(holder: unknown, key: string | number): unknown {
  const isHolder = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key);
  return isHolder ? Reflect.get(holder, key) : undefined;
}

function mark(holder: object, key: string): void {
  const keys = marks.get(holder);
  if (keys === undefined) marks.set(holder, new Set([key]));
  else keys.add(key);
}

function isFloat(holder: object, key: string | number, value: unknown): value is number {
  return Number.isInteger(value) && marks.get(holder)?.has(String(key)) === true;
}

/**
 * A scalar as DVC writes it into text: booleans as `true` and `false`, all else as Python's `str` does (`None`, `1.0`,
 * `1e-05`).
 */
export function textOf(value: unknown): string {
  if (value instanceof WholeFloat) return textOfFloat(value.value);
  if (value === null) return 'None';
  // Beyond 2^53 there are only floats: whole numbers that would lose digits are refused.
  return typeof value !== 'number' || Number.isSafeInteger(value) ? String(value) : textOfFloat(value);
}

/** The shortest digits that give the number again, with an exponent below 1e-4 and from 1e16 on. */
function textOfFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return Number.isInteger(value) ? `${value}.0` : String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
