import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDuration } from '../../../../src/runner/load/duration.ts';
import { failure, loadText } from './project.ts';

it('times have units, numbers are seconds', () => {
  const times = [90, 0.5, '90', '90s', '15m', '15 min', '1.5h', '2d', '250ms', 0];
  expect(times.map(parseDuration)).toEqual([
    90_000, 500, 90_000, 90_000, 900_000, 900_000, 5_400_000, 172_800_000, 250, 0,
  ]);
  for (const bad of ['', 's', '1w', '-1', '1h30m', '1e400', '30d', -1, Number.NaN, null, true, [1]])
    expect(parseDuration(bad), JSON.stringify(bad)).toBeUndefined();
});

it('whatever comes, a time is one that a timer can wait', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.string(), fc.stringMatching(/^\d{1,30}(ms|s|m|h|d)?$/)), (text) => {
      const ms = parseDuration(text);
      expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0 && ms < 2 ** 31)).toBe(true);
    }),
  );
});

it('bad times, counts and executors are told at their place', () => {
  const text = `stages:
  a: {cmd: x, timeout: soon, retries: -1, executor: slurm}
  b: {cmd: x, timeout: 0, retries: {times: 2, delay: 40d}}
  c: {cmd: x, retries: {time: 2, delay: 1s}}
`;
  expect(failure(() => loadText(text))).toMatchInlineSnapshot(`
    "BAD_PIPELINE
    pipeline.yaml:2:24 'stages.a.timeout' must be a time such as 90s, 15m or 2h, or seconds. Received: "soon"
      2 |   a: {cmd: x, timeout: soon, retries: -1, executor: slurm}
        |                        ^^^^

    pipeline.yaml:2:39 'stages.a.retries' must be a whole number of at least 0 and of at most 100. Received: -1
      2 |   a: {cmd: x, timeout: soon, retries: -1, executor: slurm}
        |                                       ^^

    pipeline.yaml:2:53 'stages.a.executor' must be one of "local". Received: "slurm"
      2 |   a: {cmd: x, timeout: soon, retries: -1, executor: slurm}
        |                                                     ^^^^^

    pipeline.yaml:3:24 'timeout' must be a time such as 90s, 15m or 2h, or seconds: longer than 0, at most 24 days. Received: 0
      3 |   b: {cmd: x, timeout: 0, retries: {times: 2, delay: 40d}}
        |                        ^

    pipeline.yaml:3:54 'retries.delay' must be a time such as 90s, 15m or 2h, or seconds: not negative, at most 24 days. Received: "40d"
      3 |   b: {cmd: x, timeout: 0, retries: {times: 2, delay: 40d}}
        |                                                      ^^^

    pipeline.yaml:4:15 The key 'times' is missing in 'stages.c.retries'.
      4 |   c: {cmd: x, retries: {time: 2, delay: 1s}}
        |               ^^^^^^^

    pipeline.yaml:4:25 Unknown key 'time' in 'stages.c.retries'.
      4 |   c: {cmd: x, retries: {time: 2, delay: 1s}}
        |                         ^^^^
      Did you mean 'times'?"
  `);
  expect(
    failure(() => loadText('stages: {b: {cmd: x, timeout: 0, retries: {times: 2, delay: 40d}}}\n')),
  ).toMatchInlineSnapshot(`
    "BAD_PIPELINE
    pipeline.yaml:1:31 'timeout' must be a time such as 90s, 15m or 2h, or seconds: longer than 0, at most 24 days. Received: 0
      1 | stages: {b: {cmd: x, timeout: 0, retries: {times: 2, delay: 40d}}}
        |                               ^

    pipeline.yaml:1:61 'retries.delay' must be a time such as 90s, 15m or 2h, or seconds: not negative, at most 24 days. Received: "40d"
      1 | stages: {b: {cmd: x, timeout: 0, retries: {times: 2, delay: 40d}}}
        |                                                             ^^^"
  `);
});
