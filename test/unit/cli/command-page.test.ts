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

it('the pages say which words an option takes, and what it is when it is not given', () => {
  expect(renderFerPage()).toContain(
    '| `--precision <type>` | how numbers are stored (choices: "float32", "float16", default: "float16") |',
  );
  expect(renderFerPage()).toContain('| `--batch <n>` | images in a batch (default: 64) |');
});
