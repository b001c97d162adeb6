import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Block, figuresOf, heading, note, paragraph } from '../../../../src/fer/report/document.ts';
import { renderScatter } from '../../../../src/fer/report/figures/index.ts';
import { renderHtml } from '../../../../src/fer/report/html.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import { readResults } from '../../../../src/fer/report/results.ts';
import { chromePath, launchChrome } from '../../../support/chrome.ts';
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

  /** Opens the page of these blocks, and closes the browser when `look` is done. */
  async function inBrowser(
    page: { readonly blocks: readonly Block[]; readonly options?: BrowserContextOptions },
    look: (page: Page, url: string) => Promise<void>,
  ): Promise<void> {
    const path = join(temporaryFolder(), 'index.html');
    writeFileSync(path, renderHtml('T', page.blocks));
    const chrome = await launchChrome();
    try {
      await look(await chrome.newPage(page.options), `file://${path}`);
    } finally {
      await chrome.close();
    }
  }

  it.skipIf(chromePath === undefined)(
    'opens in a browser without asking the network for anything, and fits a telephone',
    async () => {
      const options = { viewport: { width: 390, height: 800 } };
      await inBrowser({ blocks: [...blocks, await map()], options }, async (page, url) => {
        const asked: string[] = [];
        const errors: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        page.on('console', (message) => errors.push(message.text()));
        page.on('pageerror', (error) => errors.push(error.message));
        await page.goto(url);
        expect(asked).toEqual([url]);
        expect(errors).toEqual([]);
        const [content, screen] = (await page.evaluate(
          '[document.documentElement.scrollWidth, window.innerWidth]',
        )) as [number, number];
        expect(content).toBeLessThanOrEqual(screen);
        expect(await page.locator('figure svg rect[fill="#f00"]').count()).toBe(1);
      });
    },
  );

  it.skipIf(chromePath === undefined)('says what the point under the pointer is', async () => {
    await inBrowser({ blocks: [await map()] }, async (page, url) => {
      await page.goto(url);
      const dots = page.locator('figure svg g circle');
      const tip = page.locator('.tip');
      await dots.nth(0).hover({ force: true });
      expect(await tip.textContent()).toBe('cat, answered so');
      await dots.nth(1).hover({ force: true });
      expect(await tip.textContent()).toBe('dog, answered cat');
      const [dot, said] = [await dots.nth(1).boundingBox(), await tip.boundingBox()];
      expect((said?.x ?? 0) - (dot?.x ?? 0)).toBeGreaterThan(5);
      expect((said?.x ?? 0) - (dot?.x ?? 0)).toBeLessThan(40);
      await page.mouse.move(2, 2);
      expect(await tip.count()).toBe(0);
    });
  });

  it.skipIf(chromePath === undefined)('is dark where the reader wants that, and never on paper', async () => {
    await inBrowser({ blocks: [await map()], options: { colorScheme: 'dark' } }, async (page, url) => {
      await page.goto(url);
      const colors = async (): Promise<unknown> =>
        page.evaluate(
          "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('svg .ground')).fill, getComputedStyle(document.querySelector('svg text')).fill]",
        );
      expect(await colors()).toEqual(['rgb(20, 25, 31)', 'rgb(20, 25, 31)', 'rgb(227, 232, 237)']);
      await page.emulateMedia({ media: 'print' });
      expect(await colors()).toEqual(['rgb(255, 255, 255)', 'rgb(255, 255, 255)', 'rgb(31, 41, 51)']);
      expect(await page.locator('nav').isVisible()).toBe(false);
    });
  });
});

async function map(): Promise<Block> {
  const labels = Uint8Array.of(0, 1);
  const classes = ['cat', 'dog'];
  const points = Float32Array.of(0, 0, 1, 1);
  const { svg, positions } = await renderScatter({ title: 'map', note: 'two', points, labels, classes });
  const hover = { positions, labels, answers: Uint8Array.of(0, 0), classes };
  return { kind: 'figure', name: 'map', svg, caption: 'A map', hover };
}

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
