import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ERRORS } from '../../../src/kit/index.ts';

it('every error code has its place in docs/errors.md, with meaning and exit code', () => {
  const page = readFileSync('docs/errors.md', 'utf8');
  const missing = Object.entries(ERRORS).filter(
    ([code, { exit, meaning }]) => !page.includes(`## ${code}\n\n${meaning} Exit code ${exit}.\n`),
  );
  expect(missing).toEqual([]);
  const headings = [...page.matchAll(/^## (\w+)$/gm)].map((match) => match[1]);
  expect(headings.filter((code) => code === undefined || !Object.hasOwn(ERRORS, code))).toEqual([]);
});
