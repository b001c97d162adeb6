import { didYouMean, FermentError, someOf } from '../../kit/index.ts';
import type { ProjectPath } from '../model.ts';
import type { Values, ValuesDiff } from './diff.ts';
import type { SideValues } from './read.ts';

const COMPARE = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const;

/** A line such as `accuracy < -0.01`: about the change of every key that is called, or ends with, `accuracy`. */
export interface Condition {
  readonly text: string;
  readonly key: string;
  readonly holds: (difference: number) => boolean;
}

/** Parses `KEY < NUMBER` (also `<=`, `>`, `>=`). Throws USAGE. */
export function parseCondition(text: string): Condition {
  const match = /^\s*(\S.*?)\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(text);
  const bound = Number(match?.[3]);
  const compare = COMPARE[(match?.[2] ?? '<') as keyof typeof COMPARE];
  if (match === null || Number.isNaN(bound)) {
    throw new FermentError('USAGE', `Expected a condition such as 'accuracy < -0.01'. Received: '${text}'`, {
      hint: 'It is about the change from the first commit to the second; signs are < <= > >=.',
    });
  }
  return { text, key: match[1] ?? '', holds: (difference) => compare(difference, bound) };
}

/** What conditions are judged by: both sides of a comparison, and what differs between them. */
export interface Comparison {
  readonly before: LabelledValues;
  readonly after: LabelledValues;
  readonly diff: ValuesDiff;
}

interface LabelledValues {
  readonly label: string;
  readonly values: Values;
}

/**
 * The changes for which a condition holds, and the metrics of which nobody can say whether it does, as sentences. A
 * metric that is gone or no number any more counts as bad: it must not pass for one that did not change. Throws USAGE
 * for a condition about no metric of either side, as a misspelt one is.
 */
export function violations(comparison: Comparison, conditions: readonly Condition[]): string[] {
  return conditions.flatMap((condition) => [
    ...lostMetrics(comparison, condition),
    ...keysOf(comparison.diff)
      .filter(({ key }) => isAbout(condition, key))
      .flatMap(({ file, key, value: { diff } }) =>
        diff !== undefined && condition.holds(diff)
          ? [`${file}: ${key} changed by ${diff} (${condition.text})`]
          : [],
      ),
  ]);
}

/** What the older side has and the newer one has not, or not as a number. */
function lostMetrics({ before, after }: Comparison, condition: Condition): string[] {
  const known = keysOf(before.values).filter(({ key }) => isAbout(condition, key));
  if (known.length === 0) throwUnlessKnown({ before, after }, condition);
  return known.flatMap(({ file, key, value: old }) => {
    const now = after.values.get(file)?.get(key);
    if (typeof now === 'number' && !Number.isNaN(now)) return [];
    const was = `${before.label} has ${old}`;
    return now === undefined
      ? [`${file}: ${key} is gone from ${after.label}, ${was} (${condition.text})`]
      : [`${file}: ${key} is no number in ${after.label}: ${now}, ${was} (${condition.text})`];
  });
}

/** A metric that only the newer side has is new, and has no change to judge. */
function throwUnlessKnown(
  { before, after }: Pick<Comparison, 'before' | 'after'>,
  { text, key }: Condition,
): void {
  const keys = [...keysOf(before.values), ...keysOf(after.values)].map((one) => one.key);
  if (keys.some((one) => isAbout({ key }, one))) return;
  const ends = keys.map((one) => one.slice(one.lastIndexOf('.') + 1));
  const others =
    keys.length === 0
      ? 'Neither has any: ferment repro makes them.'
      : `They have ${someOf([...new Set(keys)], 8)}.`;
  throw new FermentError(
    'USAGE',
    `Expected a condition about a metric of ${before.label} or ${after.label}. Received: '${text}'`,
    { hint: didYouMean(key, [...keys, ...ends]) ?? others },
  );
}

/**
 * Throws UNREADABLE with each metrics file of a side that could not be read or understood: what it holds may be just
 * what a condition is about.
 */
export function throwIfUnreadable(
  sides: readonly Pick<SideValues, 'unreadable'>[],
  isWanted: (path: ProjectPath) => boolean,
): void {
  const texts = sides.flatMap(({ unreadable }) =>
    [...unreadable].flatMap(([path, text]) => (isWanted(path) ? [text] : [])),
  );
  if (texts.length === 0) return;
  throw new FermentError('UNREADABLE', `A condition needs metrics that can be read.\n${texts.join('\n')}`, {
    hint: 'ferment repro writes the metrics of the workspace anew; --targets FILE limits the comparison to other files.',
  });
}

function keysOf<V>(
  files: ReadonlyMap<string, ReadonlyMap<string, V>>,
): { readonly file: string; readonly key: string; readonly value: V }[] {
  return [...files].flatMap(([file, keys]) => [...keys].map(([key, value]) => ({ file, key, value })));
}

function isAbout(condition: Pick<Condition, 'key'>, key: string): boolean {
  return key === condition.key || key.endsWith(`.${condition.key}`);
}
