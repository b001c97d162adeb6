import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { chromePath, launchChrome } from '../support/chrome.ts';
import { type CliProject, cliProject } from '../support/cli-project.ts';

const HISTORY = `epoch,loss\n${Array.from({ length: 20 }, (_, i) => `${i + 1},${(1 / (i + 1)).toFixed(4)}`).join('\n')}\n`;

function sample(): CliProject {
  return cliProject({
    'pipeline.yaml': `plots:
- h.csv: {x: epoch, y: loss, title: "</script><script>alert(1)</script>"}
- s.csv: {x: a, y: b, template: scatter}
- c.csv: {x: actual, y: predicted, template: confusion}
- bad.csv
`,
    'h.csv': HISTORY,
    's.csv': 'a,b\n1,2\n2,3\n3,1\n',
    'c.csv': 'actual,predicted\ncat,cat\ncat,"</script><img src=x onerror=alert(1)>"\n',
    'bad.csv': 'a,b\n1\n',
  });
}

it('plots show writes a page and prints where it is; with --json the points', async () => {
  const p = sample();
  expect(await p.ferment('plots', 'show')).toMatchInlineSnapshot(`
    "exit 0
    ferment_plots/index.html
    ! warning: bad.csv: row 2 has 1 cell, the first one 2 cells."
  `);
  expect(p.read('ferment_plots/.gitignore')).toBe('*\n');
  expect(await p.ferment('plots', 'show', 's.csv', '-o', 'one.html')).toBe('exit 0\none.html');
  const pipeline = p.read('pipeline.yaml');
  expect(await p.ferment('plots', 'show', '-o', 'pipeline.yaml')).toMatchInlineSnapshot(`
    "exit 2
    ! warning: bad.csv: row 2 has 1 cell, the first one 2 cells.
    error: The page would replace a file that is no page: pipeline.yaml
    After -o name a file that ends in .html, or a folder."
  `);
  expect(p.read('pipeline.yaml')).toBe(pipeline);
  expect(JSON.parse(await p.json(0, 'plots', 'show', 's.csv', '--json', '-x', 'b', '-y', 'a'))).toMatchObject(
    {
      's.csv': {
        template: 'scatter',
        xLabel: 'b',
        series: [
          {
            revision: 'workspace',
            points: [
              [2, 1],
              [3, 2],
              [1, 3],
            ],
          },
        ],
      },
    },
  );
  expect(await p.ferment('plots', 'show', 's.cvs')).toMatchInlineSnapshot(`
    "exit 2
    ! error: There is no plot and no file 's.cvs'.
    Did you mean 's.csv'?"
  `);
  expect(await p.ferment('plots', 'diff')).toMatchInlineSnapshot(`
    "exit 2
    ! error: Comparing needs a git repository, and ROOT is in none.
    Start one with: git init && git add . && git commit -m "First state""
  `);
});

describe.skipIf(chromePath === undefined)('the page in a browser', () => {
  let browser: Promise<Browser> | undefined;
  const open = () => {
    browser ??= launchChrome();
    return browser;
  };
  afterAll(async () => (await browser)?.close());

  it('asks the network for nothing, runs nothing from the data, and shows values to pointer and keyboard', async () => {
    const p = sample();
    await p.ferment('plots', 'show');
    const path = `file://${join(p.root, 'ferment_plots/index.html')}`;
    const page = await (await open()).newPage({ viewport: { width: 400, height: 800 } });
    const asked: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => said.push(dialog.message()));
    await page.goto(path);
    expect(asked).toEqual([path]);
    const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
    expect(width).toBeLessThanOrEqual(400);
    const figure = (title: string) =>
      page.locator('figure').filter({ has: page.locator('h2', { hasText: title }) });
    expect(await page.locator('figure').count()).toBe(4);
    expect(await figure('s.csv').locator('path.mark').count()).toBe(3);
    expect(await figure('<script>').locator('.panel path.mark').count()).toBe(20);
    expect(await figure('c.csv').locator('rect.heat').count()).toBe(4);
    expect(await figure('bad.csv').locator('.problems').textContent()).toContain('row 2 has 1 cell');

    const plot = figure('<script>').locator('.plot');
    await plot.focus();
    await page.keyboard.press('End');
    expect(await plot.locator('.tip').textContent()).toBe('20loss 0.05');
    await page.keyboard.press('ArrowLeft');
    expect(await plot.locator('.tip').textContent()).toBe('19loss 0.0526');
    await page.keyboard.press('Escape');
    expect(await plot.locator('.tip').isHidden()).toBe(true);
    await figure('c.csv').locator('rect.heat').last().hover({ force: true });
    expect(await figure('c.csv').locator('.tip').textContent()).toContain('actual cat');
    expect(said).toEqual([]);
  });

  it('is dark where the reader wants it dark, and light on paper', async () => {
    const p = sample();
    await p.ferment('plots', 'show');
    const page = await (await open()).newPage({ colorScheme: 'dark' });
    await page.goto(`file://${join(p.root, 'ferment_plots/index.html')}`);
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await ground()).toBe('rgb(18, 22, 27)');
    await page.emulateMedia({ media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
  });
});
