import { FermentError } from '../../kit/index.ts';
import type { ValuesDiff } from './diff.ts';

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
  const match = /^\s*(\S+)\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(text);
  const bound = Number(match?.[3]);
  const compare = COMPARE[(match?.[2] ?? '<') as keyof typeof COMPARE];
  if (match === null || Number.isNaN(bound)) {
    throw new FermentError('USAGE', `Expected a condition such as 'accuracy < -0.01'. Received: '${text}'`, {
      hint: 'It is about the change from the first commit to the second; signs are < <= > >=.',
    });
  }
  return { text, key: match[1] ?? '', holds: (difference) => compare(difference, bound) };
}

/** The changes for which a condition holds, as sentences. */
export function violations(diff: ValuesDiff, conditions: readonly Condition[]): string[] {
  const changes = [...diff].flatMap(([file, keys]) =>
    [...keys].map(([key, change]) => ({ file, key, ...change })),
  );
  return conditions.flatMap((condition) =>
    changes
      .filter(
        ({ key, diff: change }) => isAbout(condition, key) && change !== undefined && condition.holds(change),
      )
      .map(({ file, key, diff: change }) => `${file}: ${key} changed by ${change} (${condition.text})`),
  );
}

function isAbout(condition: Condition, key: string): boolean {
  return key === condition.key || key.endsWith(`.${condition.key}`);
}
