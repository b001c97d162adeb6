import { expect, it } from 'vitest';
import { describeChange } from '../../../../src/cli/reporters/describe.ts';

it('a dep or out that is no longer declared is not said to be missing', () => {
  const dep = { kind: 'dep', name: 'a.zip', change: 'deleted' } as const;
  const out = { kind: 'out', name: 'm.json', change: 'deleted' } as const;
  expect([dep, { ...dep, declared: false } as const].map(describeChange)).toEqual([
    'a.zip is missing',
    'a.zip is no longer a dep',
  ]);
  expect([out, { ...out, declared: false } as const].map(describeChange)).toEqual([
    'out m.json is missing',
    'out m.json is no longer declared',
  ]);
});
