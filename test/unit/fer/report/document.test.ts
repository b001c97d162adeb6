import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Block, figuresOf, heading, note, paragraph } from '../../../../src/fer/report/document.ts';
import { renderHtml } from '../../../../src/fer/report/html.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import { readResults } from '../../../../src/fer/report/results.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="#f00"/></svg>\n';
const blocks: readonly Block[] = [
  heading(1, 'Title <x>'),
  paragraph('Text with `code`, **strong** and a < b.'),
  note('Careful.'),
  heading(2, 'Part & more'),
  { kind: 'list', items: ['one', 'two'] },
  {
    kind: 'table',
    caption: 'Numbers',
    rows: [
      ['name', 'n'],
      ['a|b', '1'],
    ],
    right: [1],
  },
  { kind: 'figure', name: 'red', svg, caption: 'A red square' },
  { kind: 'code', language: 'sh', text: 'a && b\n' },
];

describe('the report as Markdown', () => {
  it('is plain text with figures beside it', () => {
    expect(renderMarkdown(blocks)).toMatchInlineSnapshot(`
      "# Title <x>

      Text with \`code\`, **strong** and a < b.

      > **Note.** Careful.

      ## Part & more

      - one
      - two

      **Numbers**

      | name | n |
      | --- | ---: |
      | a\\|b | 1 |

      ![A red square](figures/red.svg)

      \`\`\`sh
      a && b
      \`\`\`
      "
    `);
    expect([...figuresOf(blocks)]).toEqual([['red.svg', svg]]);
  });
});

describe('the report as a page', () => {
  it('escapes text, and knows code and strong', () => {
    const page = renderHtml('T', blocks);
    expect(page).toContain('<h1 id="title-x">Title &lt;x&gt;</h1>');
    expect(page).toContain('<p>Text with <code>code</code>, <strong>strong</strong> and a &lt; b.</p>');
    expect(page).toContain('<a href="#part-more">Part &amp; more</a>');
    expect(page).toContain('<pre><code>a &amp;&amp; b</code></pre>');
  });

  const browser = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
  it.skipIf(browser === undefined)(
    'opens in a browser without asking the network for anything, and fits a telephone',
    async () => {
      const folder = temporaryFolder();
      const path = join(folder, 'index.html');
      writeFileSync(path, renderHtml('T', blocks));
      const chrome = await chromium.launch({
        executablePath: browser ?? '',
        args: ['--no-sandbox', '--disable-gpu'],
      });
      try {
        const page = await chrome.newPage({ viewport: { width: 390, height: 800 } });
        const asked: string[] = [];
        const errors: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        page.on('console', (message) => errors.push(message.text()));
        await page.goto(`file://${path}`);
        expect(asked).toEqual([`file://${path}`]);
        expect(errors).toEqual([]);
        const [content, screen] = (await page.evaluate(
          '[document.documentElement.scrollWidth, window.innerWidth]',
        )) as [number, number];
        expect(content).toBeLessThanOrEqual(screen);
        expect(await page.locator('figure svg rect').count()).toBe(1);
      } finally {
        await chrome.close();
      }
    },
  );
});

describe('readResults', () => {
  it('says which metrics file is missing and what to run', () => {
    expect(() => readResults([])).toThrow(
      'The report needs the metrics file metrics/download.json, and no stage wrote it.',
    );
  });

  it('names a file that is no JSON', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'metrics', 'download.json');
    expect(() => readResults([path])).toThrow(`${path} cannot be read as JSON`);
  });
});
