import { WholeFloat } from './floats.ts';

/**
 * The number that a text of Python, or of YAML as DVC reads it, stands for: decimal, `0x`, `0o`, `0b`, `_` between
 * digits, point and exponent. Floats that are whole come as WholeFloat. What JSON cannot hold comes as the text that
 * Python gives: `inf`, `-inf`, and the digits of whole numbers beyond 2^53. Undefined when the text is no number.
 */
export function numberFrom(written: string): unknown {
  const match = FORM.exec(written);
  if (match === null) return undefined;
  const [, sign = '', body = '', fraction] = match;
  const digits = body.replaceAll('_', '');
  if (digits === '' || digits === '.') return undefined;
  const isNegative = sign === '-';
  if (fraction === undefined) return wholeNumber(digits, isNegative);
  const value = Number(digits);
  return Number.isNaN(value) ? undefined : finite(isNegative ? -value : value);
}

/** A float as a number that JSON holds, or as the text that Python writes for it. */
export function finite(value: number): unknown {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Number.isSafeInteger(value) ? new WholeFloat(value) : value;
}

const FORM =
  /^([-+]?)(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|((?=\.?\d)[\d_]*\.[\d_]*(?:[eE][-+]?\d[\d_]*)?|\d[\d_]*[eE][-+]?\d[\d_]*)|\d[\d_]*)$/;

function wholeNumber(digits: string, isNegative: boolean): unknown {
  // BigInt reads all three bases, and leading zeros of decimal numbers, as Python's YAML does.
  const prefix = /^0[xobXOB]/.test(digits) ? digits.toLowerCase() : digits;
  if (/^0[xob]$/.test(prefix)) return undefined;
  const value = isNegative ? -BigInt(prefix) : BigInt(prefix);
  return wholeFrom(value);
}

/** A whole number as a number where it loses nothing, else its digits. */
export function wholeFrom(value: bigint): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
