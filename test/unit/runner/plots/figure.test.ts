import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drawConfusion } from '../../../../src/runner/plots/chart/confusion.ts';
import type { Cell } from '../../../../src/runner/plots/csv.ts';
import { drawFigure } from '../../../../src/runner/plots/draw-figure.ts';
import type { Figure, Series } from '../../../../src/runner/plots/figure.ts';
import { renderFigure } from '../../../../src/runner/plots/figure-html.ts';
import { renderPlotsPage } from '../../../../src/runner/plots/page.ts';
import { PAGE_STYLE } from '../../../../src/runner/plots/page-style.ts';
import type { Template } from '../../../../src/runner/plots/spec.ts';
import { chromePath, launchChrome } from '../../../support/chrome.ts';
import { difference, SIGHTS } from '../../../support/color-vision.ts';
import { blend, contrast } from '../../../support/contrast.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

type Pairs = readonly (readonly [x: Cell, y: Cell])[];

function seriesOf(pairs: Pairs, field = 'value', file = 'a.csv'): Series {
  return { revision: 'workspace', file, field, points: pairs.map(([x, y]) => ({ x, y })) };
}

function figureOf(template: Template, ...series: readonly Series[]): Figure {
  const spec = { id: 'a.csv', title: undefined, xLabel: undefined, yLabel: undefined, template };
  return {
    spec: { ...spec, header: true, x: [], y: [], problems: [] },
    xLabel: 'x',
    yLabel: 'value',
    series,
    pictures: [],
    problems: [],
  };
}

/** The cells of the table of values, row by row. */
function valuesOf(figure: Figure): string[][] {
  const [, table = ''] = /<table>(.*)<\/table>/s.exec(renderFigure(figure, ['workspace'], 'f0')) ?? [];
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
  );
}

/** The texts of the axes. */
function ticksOf(figure: Figure): string[] {
  const svg = drawFigure(figure, ['workspace']).panels[0]?.drawing.svg ?? '';
  return [...svg.matchAll(/class="tick"[^>]*>([^<]*)/g)].map(([, text = '']) => text);
}

it('the table of bars has a row for each name, of equal length too', () => {
  const bars = seriesOf([
    [3, 'a'],
    [3, 'b'],
  ]);
  expect(valuesOf(figureOf('bar_horizontal', bars))).toEqual([
    ['value', 'x'],
    ['a', '3'],
    ['b', '3'],
  ]);
});

it('the table lists every row where one x has several values', () => {
  const line = seriesOf([
    [1, 5],
    [1, 6],
    [2, 7],
  ]);
  expect(valuesOf(figureOf('linear', line))).toEqual([
    ['revision', 'x', 'value'],
    ['workspace', '1', '5'],
    ['workspace', '1', '6'],
    ['workspace', '2', '7'],
  ]);
});

it('the table calls the columns of several files as the legend does', () => {
  const [one, other] = ['one/h.csv', 'other/h.csv'].map((file) => seriesOf([[1, 5]], 'loss', file));
  const figure = figureOf('linear', ...[one, other].filter((series) => series !== undefined));
  expect(valuesOf(figure)[0]).toEqual(['x', 'one/h.csv', 'other/h.csv']);
  expect(drawFigure(figure, ['workspace']).legend.map(({ name }) => name)).toEqual([
    'one/h.csv',
    'other/h.csv',
  ]);
});

it('an axis of numbers stays one where a program wrote NaN or inf, and says what is left out', () => {
  const pairs: Pairs = [
    [1, 5],
    [20, 'nan'],
    ['-inf', 7],
    [300, 100],
    [null, 3],
  ];
  const scatter = figureOf('scatter', seriesOf(pairs));
  expect(ticksOf(scatter)).not.toContain('nan');
  expect(ticksOf(scatter)).toContain('80');
  expect(drawFigure(scatter, ['workspace']).notes).toEqual([
    "a.csv (workspace): 2 of 5 values of x are no numbers and are left out, the first in row 3: '-inf'.",
    "a.csv (workspace): 1 of 5 values of 'value' is no number and left out, the first in row 2: 'nan'.",
  ]);
  const line = figureOf('linear', seriesOf(pairs));
  expect(ticksOf(line)).not.toContain('-inf');
  expect(drawFigure(line, ['workspace']).notes).toEqual(drawFigure(scatter, ['workspace']).notes);
});

it('names that are missing are said, and a class that is a number here and a text there is one class', () => {
  const matrix = figureOf(
    'confusion',
    seriesOf([
      ['1', 1],
      [1, 0],
      ['0', null],
    ]),
  );
  expect(ticksOf(matrix)).toEqual(['0', '0', '1', '1']);
  expect(drawFigure(matrix, ['workspace']).notes).toEqual([
    "a.csv (workspace): 1 of 3 values of 'value' is missing and left out, the first in row 3: nothing.",
  ]);
});

it('the ninth column has the colour of the first and another dash', () => {
  const columns = Array.from({ length: 9 }, (_, i) => seriesOf([[1, i]], `column ${i}`));
  const { legend } = drawFigure(figureOf('linear', ...columns), ['workspace']);
  expect(new Set(legend.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(9);
});

it('of equal lines and points the first is seen, and the legend says of the others what they equal', () => {
  const pairs = [
    [1, 2],
    [2, 3],
  ] as const;
  const line = (revision: string, points: Pairs): Series => ({ ...seriesOf(points), revision });
  const revisions = ['HEAD', 'workspace', 'other'];
  for (const template of ['linear', 'simple', 'smooth', 'scatter'] as const) {
    const figure = figureOf(template, line('HEAD', pairs), line('workspace', pairs), line('other', [[1, 1]]));
    const page = renderFigure(figure, revisions, 'f0');
    const names = [...page.matchAll(/<\/svg>([^<]*)<\/li>/g)].map(([, name]) => name);
    expect(names).toEqual(['HEAD', 'workspace = HEAD', 'other']);
    const drawn = [
      ...(page.match(/<div class="plot.*?<script/s)?.[0] ?? '').matchAll(
        /class="(?:line|mark) [^"]*?c?(\d)/g,
      ),
    ];
    expect(drawn.at(-1)?.[0]).toContain('c0');
  }
  const bars = figureOf('bar_horizontal', line('HEAD', [[1, 'a']]), line('workspace', [[1, 'a']]));
  expect(renderFigure(bars, revisions, 'f0')).not.toContain('workspace = HEAD');
});

it('the colours can be seen on a light and on a dark page, and are apart for colour-blind readers', () => {
  const pages = [...PAGE_STYLE.matchAll(/--ground:(#\w+);--panel:(#\w+);[^}]*?(--c0:[^}]*)\}/g)];
  // On a screen, in the dark and on paper.
  expect(pages).toHaveLength(3);
  for (const [, ground = '', panel = '', variables = ''] of pages) {
    const colors = [...variables.matchAll(/--c\d:(#[0-9a-f]{6})/g)].map(([, color = '']) => color);
    expect(colors).toHaveLength(8);
    for (const [i, one] of colors.entries()) {
      for (const under of [ground, panel]) expect(contrast(one, under), one).toBeGreaterThanOrEqual(3);
      for (const sight of SIGHTS)
        for (const other of colors.slice(0, i))
          expect(difference(one, other, sight), `${one} and ${other}, ${sight}`).toBeGreaterThan(20);
    }
  }
});

it('the numbers in a matrix can be read on every shade, on a light and on a dark page', () => {
  const [, light = '', dark = ''] =
    /:root\{color-scheme:light dark;(.*?)\}.*?dark\)\{:root\{(.*?)\}/s.exec(PAGE_STYLE) ?? [];
  for (const page of [light, dark]) {
    const color = (name: string): string => new RegExp(`--${name}:(#[0-9a-f]+)`).exec(page)?.[1] ?? '';
    for (let hits = 0; hits <= 40; hits++) {
      const points = Array.from({ length: 40 }, (_, i) => ({ x: 'a', y: i < hits ? 'a' : 'b' }));
      const { svg } = drawConfusion({
        title: 't',
        xLabel: 'x',
        yLabel: 'y',
        points,
        classes: ['a', 'b'],
        normalized: true,
      });
      const [, opacity = '', depth = ''] =
        /class="heat"[^>]*fill-opacity="([^"]*)"\/><text class="count ?(\w*)"/.exec(svg) ?? [];
      const text = color({ '': 'ink', deep: 'deep', deepest: 'panel' }[depth] ?? '');
      expect(
        contrast(text, blend(color('heat'), Number(opacity), color('cell'))),
        `${hits} of 40`,
      ).toBeGreaterThan(3.5);
    }
  }
});

it.skipIf(chromePath === undefined)(
  'a finger shows a value that stays until another place is touched',
  async () => {
    const path = join(temporaryFolder(), 'index.html');
    const line = seriesOf([
      [1, 5],
      [2, 7],
    ]);
    writeFileSync(path, renderPlotsPage([figureOf('linear', line)], ['workspace']));
    const chrome = await launchChrome();
    try {
      const page = await chrome.newPage({ viewport: { width: 390, height: 800 }, hasTouch: true });
      await page.goto(`file://${path}`);
      await page.locator('.plot').tap();
      expect(await page.locator('.tip').isVisible()).toBe(true);
      await page.locator('h1').tap();
      expect(await page.locator('.tip').isVisible()).toBe(false);
      // The words of a chart can be read: it is wider than the screen, and scrolls. So does what it says.
      const drawn = await page.locator('.plot svg').boundingBox();
      expect(drawn?.width).toBeGreaterThanOrEqual(0.85 * 480);
      await page.evaluate('document.querySelector(".plot").scrollLeft = 60');
      await page.locator('.plot').tap({ position: { x: 30, y: 60 } });
      const { x = 0, width = 0 } = (await page.locator('.tip').boundingBox()) ?? {};
      expect(x).toBeGreaterThan(0);
      expect(x + width).toBeLessThanOrEqual(390);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    } finally {
      await chrome.close();
    }
  },
);

it('the zero of an axis of very small numbers is a zero', () => {
  const line = seriesOf([
    [1, 0],
    [2, 4e-9],
  ]);
  expect(ticksOf(figureOf('linear', line))).toContain('0');
});
