import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderCommandPage, renderFerPage } from '../../../scripts/command-page.ts';
import { VERSION } from '../../../src/kit/index.ts';

it('docs/cli.md is what npm run docs writes', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(renderCommandPage());
});

it('docs/fer.md is what npm run docs writes', () => {
  expect(readFileSync('docs/fer.md', 'utf8')).toBe(renderFerPage());
});

it('--version is that of package.json', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ version: VERSION });
});
