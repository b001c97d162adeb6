import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderCommandPage } from '../../../scripts/command-page.ts';

it('docs/cli.md is what npm run docs writes', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(renderCommandPage());
});
