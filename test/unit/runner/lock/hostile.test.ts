import { expect, it } from 'vitest';
import { parseLock } from '../../../../src/runner/lock/index.ts';

const DEPTH = 100_000;

it.each([
  ['brackets', '['.repeat(DEPTH) + ']'.repeat(DEPTH)],
  ['mappings', `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`],
  ['open brackets', '['.repeat(DEPTH)],
  ['quotes', '"'.repeat(10_000_000)],
])('a block that holds %s without end counts as damaged, and as nothing else', (_, value) => {
  const text = `stages:\n  a:\n    fingerprint: "${'0'.repeat(64)}"\n    cmd:\n    - "x"\n    params:\n      params.yaml:\n        a: ${value}\n`;
  const { entries, warnings } = parseLock(text);
  expect(entries.size).toBe(0);
  expect(warnings).toEqual(["pipeline.lock: the block of 'a' is damaged, so the stage counts as never run."]);
});
