import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Block, figuresOf, heading, note, paragraph } from '../../../../src/fer/report/document.ts';
import { renderScatter } from '../../../../src/fer/report/figures/index.ts';
import { renderHtml } from '../../../../src/fer/report/html.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import { readResults } from '../../../../src/fer/report/results.ts';
import { literalMarkdown, makeFolder } from '../../../../src/kit/index.ts';
import { chromePath, launchChrome } from '../../../support/chrome.ts';
import { repository } from '../../../support/project.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><title>Red [1]</title><rect width="10" height="10" fill="#f00"/></svg>\n';
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

      ![Red \\[1\\]](figures/red.svg)

      *A red square*

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

  it('shows text of foreign origin as it is, and so does the Markdown', () => {
    const foreign = 'Use <Dataset> & *.json, `x_1` and __init__, [a](b) \\* &lt; c';
    const page = renderHtml('T', [paragraph(`“${literalMarkdown(foreign)}”`)]);
    expect(page).toContain(
      '<p>“Use &lt;Dataset&gt; &amp; *.json, `x_1` and __init__, [a](b) \\* &amp;lt; c”</p>',
    );
    expect(renderMarkdown([paragraph(literalMarkdown(foreign))])).toBe(
      'Use \\<Dataset> & \\*.json, \\`x_1\\` and \\_\\_init\\_\\_, [a\\](b) \\\\\\* \\&lt; c\n',
    );
    expect(literalMarkdown('macro_f1 < 0.5, a\nb')).toBe('macro_f1 < 0.5, a b');
  });

  it('links each heading by a name of its own', () => {
    const titles: [1 | 2 | 3, string][] = [
      [2, 'Sweep'],
      [3, 'ResNet'],
      [2, 'Evaluation'],
      [3, 'ResNet'],
      [3, 'ResNet'],
      [2, '結果'],
      [2, '図'],
    ];
    const page = renderHtml(
      'T',
      titles.map(([level, text]) => heading(level, text)),
    );
    expect([...page.matchAll(/<h\d id="([^"]*)"/g)].map(([, id]) => id)).toEqual([
      'sweep',
      'sweep-resnet',
      'evaluation',
      'evaluation-resnet',
      'evaluation-resnet-2',
      'section',
      'section-2',
    ]);
    expect(page).toContain('<a href="#section-2">図</a>');
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

  it.skipIf(chromePath === undefined)(
    'keeps the words of a figure large enough to be read on a telephone, which scrolls it; and says what a finger touches',
    async () => {
      const options = { viewport: { width: 390, height: 800 }, hasTouch: true };
      await inBrowser({ blocks: [await map()], options }, async (page, url) => {
        await page.goto(url);
        const svg = await page.locator('figure svg').boundingBox();
        const own = await page.locator('figure svg').getAttribute('width');
        expect(svg?.width).toBeGreaterThanOrEqual(0.85 * Number(own) - 0.5);
        const scrolled = "document.querySelector('figure .scroll').scrollLeft";
        await page.evaluate(`${scrolled} = 150`);
        expect(await page.evaluate(scrolled)).toBeGreaterThan(100);
        await page.locator('figure svg g circle').nth(1).tap({ force: true });
        expect(await page.locator('.tip').textContent()).toBe('dog, answered cat');
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
        await page.locator('figure svg text').first().tap({ force: true });
        expect(await page.locator('.tip').count()).toBe(0);
      });
    },
  );

  it.skipIf(chromePath === undefined)('has the caption of a wide table whole on a telephone', async () => {
    const table: Block = {
      kind: 'table',
      caption: 'A caption that is much longer than the screen of a telephone is wide, as captions are',
      rows: [Array.from({ length: 9 }, (_, i) => `column ${i}`)],
    };
    const options = { viewport: { width: 390, height: 800 } };
    await inBrowser({ blocks: [table], options }, async (page, url) => {
      await page.goto(url);
      const words = page.locator('caption span');
      const { x = 0, width = 0 } = (await words.boundingBox()) ?? {};
      expect(x + width).toBeLessThanOrEqual(390);
      await page.evaluate("document.querySelector('.scroll').scrollLeft = 200");
      expect((await words.boundingBox())?.x).toBe(x);
    });
  });

  it.skipIf(chromePath === undefined)('leads to a heading that the contents do not cover', async () => {
    const titles = Array.from({ length: 12 }, (_, i) => `A part with a long name ${i + 1}`);
    const long = titles.flatMap((title) => [heading(2, title), ...titles.map(paragraph)]);
    for (const width of [390, 1280]) {
      const options = { viewport: { width, height: 800 } };
      await inBrowser({ blocks: long, options }, async (page, url) => {
        await page.goto(url);
        await page.locator('nav a').nth(5).click();
        const title = await page.locator('h2').nth(5).boundingBox();
        const contents = await page.locator('nav').boundingBox();
        expect(title?.y).toBeGreaterThanOrEqual((contents?.y ?? 0) + (contents?.height ?? 0));
        expect(title?.y).toBeLessThan(200);
      });
    }
  });

  it.skipIf(chromePath === undefined)('has the widest table of the study whole on A4 paper', async () => {
    const scores = '**94.8** (92.6–96.6)';
    const rows = [
      ['model', 'parameters', 'accuracy', 'macro-F1', 'top-2', 'paper', 'paper, matched data', 'ECE'],
      ['VGG16 baseline', '14,735,879', scores, scores, '99.4', '57.4 / 50.3', '57.3 / 50.2', '0.037'],
    ];
    rows.push([
      'a-name-of-a-net-that-is-as-long-as-the-paper-is-wide-and-has-no-space',
      ...(rows[1] ?? []).slice(1),
    ]);
    const right = [1, 2, 3, 4, 5, 6, 7];
    // A4 less its margins, at 96 dots an inch.
    const options = { viewport: { width: 673, height: 800 } };
    await inBrowser({ blocks: [{ kind: 'table', rows, right }], options }, async (page, url) => {
      await page.emulateMedia({ media: 'print' });
      await page.goto(url);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(673);
    });
  });

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

  it('names what a file of another version lacks', () => {
    const path = join(temporaryFolder(), 'metrics', 'download.json');
    makeFolder(dirname(path));
    writeFileSync(path, JSON.stringify({ source: { kind: 'generated', name: null } }));
    expect(() => readResults([path])).toThrow(
      `${path} lacks source.sha256, which the report tells: another version wrote it, or it was edited.`,
    );
  });

  it('takes the metrics of the committed report as they are', () => {
    const folder = join(repository, 'reports/metrics');
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(json|csv)$/.test(path))
      .map((path) => join(folder, path));
    expect(readResults(paths).evaluation.size).toBeGreaterThan(0);
  });
});
