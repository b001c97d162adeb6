import { compareBytes } from '../../kit/index.ts';
import type { Scalar } from './flatten.ts';

/** File to dotted key to value: what `metrics show --json` prints. */
export type Values = ReadonlyMap<string, ReadonlyMap<string, Scalar>>;

/** What became of one key; a side that does not exist is left out, `diff` is there for two numbers. */
export interface ValueChange {
  readonly old?: Scalar;
  readonly new?: Scalar;
  readonly diff?: number;
}

export type ValuesDiff = ReadonlyMap<string, ReadonlyMap<string, ValueChange>>;

export interface DiffOptions {
  /** True: also what is equal. */
  readonly all?: boolean;
  /** Numbers that differ by at most this, or by at most this share of the older one, are equal. */
  readonly atol?: number | undefined;
  readonly rtol?: number | undefined;
}

/** Differences between two sides: files by bytes, keys in the order of the newer file. Equal keys are left out unless `all`. */
export function diffValues(before: Values, after: Values, options: DiffOptions = {}): ValuesDiff {
  const result = new Map<string, ReadonlyMap<string, ValueChange>>();
  const files = [...new Set([...before.keys(), ...after.keys()])].sort(compareBytes);
  for (const file of files) {
    const changes = diffLeaves(before.get(file) ?? new Map(), after.get(file) ?? new Map(), options);
    if (changes.size > 0) result.set(file, changes);
  }
  return result;
}

function diffLeaves(
  before: ReadonlyMap<string, Scalar>,
  after: ReadonlyMap<string, Scalar>,
  { all, atol = 0, rtol = 0 }: DiffOptions,
): Map<string, ValueChange> {
  const changes = new Map<string, ValueChange>();
  for (const key of new Set([...after.keys(), ...before.keys()])) {
    const oldValue = before.get(key);
    const newValue = after.get(key);
    // Object.is, so that two NaN are equal; a value of 1 and one of 1.0 are the same number in JSON.
    if (all !== true && isEqual(oldValue, newValue, atol, rtol)) continue;
    changes.set(key, {
      ...(oldValue === undefined ? {} : { old: oldValue }),
      ...(newValue === undefined ? {} : { new: newValue }),
      ...(typeof oldValue === 'number' && typeof newValue === 'number'
        ? { diff: cleanDifference(oldValue, newValue) }
        : {}),
    });
  }
  return changes;
}

function isEqual(before: unknown, after: unknown, atol: number, rtol: number): boolean {
  if (Object.is(before, after)) return true;
  if (typeof before !== 'number' || typeof after !== 'number') return false;
  const difference = Math.abs(after - before);
  // Any share of infinity is infinity.
  return Number.isFinite(difference) && difference <= atol + rtol * Math.abs(before);
}

/** new - old without the noise of binary fractions: 0.3 - 0.1 is 0.2, not 0.19999999999999998. */
function cleanDifference(before: number, after: number): number {
  const difference = after - before;
  if (!Number.isFinite(difference) || Number.isInteger(difference)) return difference;
  return Number(difference.toPrecision(12));
}

/** Values as the plain objects that `--json` prints. */
export function toJson<V>(
  values: ReadonlyMap<string, ReadonlyMap<string, V>>,
): Record<string, Record<string, V>> {
  return Object.fromEntries([...values].map(([file, leaves]) => [file, Object.fromEntries(leaves)]));
}
