import { expect, it } from 'vitest';
import { OutputTails } from '../../../../src/cli/reporters/tails.ts';
import type { RunEvent } from '../../../../src/runner/index.ts';

const says = (stage: string, line: string): RunEvent => ({
  type: 'stage-output',
  stage,
  stream: 'stderr',
  line,
});

it('keeps the last ten lines of each stage, and gives them where another stage was heard since', () => {
  const tails = new OutputTails();
  for (let i = 1; i <= 12; i++) tails.see(says('a', `line ${i}`));
  tails.see({ type: 'stage-end', stage: 'a', outcome: 'failed', seconds: 1 });
  tails.see({ type: 'stage-end', stage: 'c', outcome: 'blocked', seconds: 0, blockedBy: 'a' });
  expect(tails.buried('a')).toEqual([]);
  tails.see(says('b', 'still going'));
  expect(tails.buried('a')).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i + 3}`));
  expect(tails.buried('silent')).toEqual([]);
});

it('of several attempts it keeps what the last one wrote', () => {
  const tails = new OutputTails();
  const starts = (attempt: number): RunEvent => ({
    type: 'stage-start',
    stage: 'a',
    command: 'c',
    log: 'l',
    attempt,
    cpus: 1,
    gpus: 0,
  });
  for (const attempt of [1, 2]) {
    tails.see(starts(attempt));
    tails.see(says('a', `attempt ${attempt}`));
  }
  tails.see(says('b', 'still going'));
  expect(tails.buried('a')).toEqual(['attempt 2']);
});
