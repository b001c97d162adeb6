import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderCommandPage } from '../../../scripts/command-page.ts';
import { VERSION } from '../../../src/cli/version.ts';

it('docs/cli.md is what npm run docs writes', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(renderCommandPage());
});

it('--version is that of package.json', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).toMatchObject({ version: VERSION });
});
