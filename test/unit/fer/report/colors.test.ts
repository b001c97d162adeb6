import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { writeNpy } from '../../../../src/fer/data/index.ts';
import {
  PALETTES,
  renderBars,
  renderGraph,
  renderLines,
  renderReliability,
  renderScatter,
  renderSizes,
  renderSpaceScatter,
} from '../../../../src/fer/report/figures/index.ts';
import { pageStyle } from '../../../../src/fer/report/page-style.ts';
import { writeReport } from '../../../../src/fer/report/write-report.ts';
import { difference, SIGHTS } from '../../../support/color-vision.ts';
import { blend, contrast } from '../../../support/contrast.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const WHITE = ['#ffffff', '#fbfcfd'];
const DARK = ['#14191f', '#1a2129'];
/** Of graphical objects that carry meaning: WCAG 2.1, 1.4.11. */
const LEAST = 3;

const { classes: CLASS_COLORS, series: SERIES_COLORS, scores: BAR_COLORS, onDark: ON_DARK } = PALETTES.safe;
const PAGE_STYLE = pageStyle(PALETTES.safe);
const classes = CLASS_COLORS.map((_, i) => `class ${i}`);
const bins = [0.1, 0.9].map((low, i) => ({
  low,
  high: low + 0.1,
  count: 1 + 99 * i,
  confidence: 0.5,
  accuracy: 0.5,
}));

/** Figures with all colours. Of so many points, those of maps are circles. */
async function figures(points: number): Promise<readonly string[]> {
  const labels = Uint8Array.from({ length: points }, (_, i) => i % classes.length);
  const cloud = (columns: number) => Float32Array.from({ length: columns * points }, (_, i) => Math.sin(i));
  const series = SERIES_COLORS.map((color, i) => ({ name: `s${i}`, color, points: [[1, i] as const] }));
  const plot = { title: 't', note: 'n', labels, classes };
  const [first, ...rest] = BAR_COLORS.map((color, i) => ({ name: `b${i}`, color, values: [1] }));
  return [
    renderBars({
      title: 't',
      yName: 'n',
      categories: ['c'],
      format: String,
      series: first === undefined ? rest : [first, ...rest],
    }),
    renderLines({ title: 't', xName: 'x', yName: 'y', series, marks: [{ x: 1, name: 'kept' }] }),
    renderReliability('t', bins, 0.1),
    renderSizes(
      't',
      SERIES_COLORS.map((_, i) => ({
        name: `m${i}`,
        parameters: 10 ** i,
        multiplyAdds: 10 ** i,
        accuracy: 1,
      })),
    ),
    renderGraph('t', { stages: [{ name: 'a' }, { name: 'b' }], edges: [['a', 'b']] }),
    (await renderScatter({ ...plot, points: cloud(2) })).svg,
    await renderSpaceScatter({ ...plot, points: cloud(3), views: [{ elevation: 10, azimuth: 20 }] }),
  ];
}

/** What carries no meaning, or is said by the text in it: grounds, grids, and the ring that parts a dot from the next. */
const MEANINGLESS = /class="(ground|panel|grid-line|halo)"/;

/** The colours of what carries meaning: of each element its line where it has one, else its area. */
function marksOf(svg: string): { readonly color: string; readonly opacity: number }[] {
  return [...svg.matchAll(/<(?!svg|text|title|g)\w+ [^>]*>/g)].flatMap(([tag]) => {
    if (MEANINGLESS.test(tag)) return [];
    const value = (name: string): string | undefined => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
    const line = value('stroke');
    const color = line ?? value('fill');
    if (color === undefined) return [];
    return [{ color, opacity: Number((line === undefined ? value('fill-opacity') : undefined) ?? 1) }];
  });
}

/** What the page makes of a colour on a dark screen. */
function onDark(color: string): string {
  const rules = PAGE_STYLE.slice(PAGE_STYLE.indexOf('prefers-color-scheme: dark'));
  const neutral: Readonly<Record<string, string>> = {
    '#616e7c': 'quiet-line',
    '#7b8794': 'soft-line',
    '#5b8dba': 'box',
  };
  const rule =
    neutral[color] === undefined
      ? rules.indexOf(`[stroke="${color}"] { stroke: `)
      : rules.indexOf(`.${neutral[color]} {`);
  return rule < 0 ? color : (/stroke: (#[0-9a-f]{6})/.exec(rules.slice(rule))?.[1] ?? color);
}

describe('the colours of figures', () => {
  test('can be seen on white and on the dark page', async () => {
    for (const [i, svg] of (await figures(14)).entries()) {
      const marks = marksOf(svg);
      expect(marks.length, `figure ${i}`).toBeGreaterThan(1);
      for (const { color, opacity } of marks) {
        const ratios = [
          ...WHITE.map((ground) => contrast(blend(color, opacity, ground), ground)),
          ...DARK.map((ground) => contrast(blend(onDark(color), opacity, ground), ground)),
        ];
        expect(Math.min(...ratios), `${color} in figure ${i}`).toBeGreaterThanOrEqual(LEAST);
      }
    }
  });

  test('are apart for colour-blind readers, on white and on the dark page', () => {
    const dark = (colors: readonly string[]): string[] => colors.map((color) => ON_DARK[color] ?? color);
    for (const colors of [SERIES_COLORS, dark(SERIES_COLORS), BAR_COLORS])
      for (const sight of SIGHTS)
        for (const [i, one] of colors.entries())
          for (const other of colors.slice(0, i))
            expect(difference(one, other, sight), `${one} and ${other}, ${sight}`).toBeGreaterThan(20);
    expect(CLASS_COLORS.every((color) => SERIES_COLORS.includes(color))).toBe(true);
  });

  test('are those of the dark page in the picture of many points that it shows', async () => {
    const [, , , , , , space = ''] = await figures(2800);
    const pictures = [...space.matchAll(/<image class="(on-\w+)"[^>]*base64,([^"]*)"/g)];
    expect(pictures.map(([, name]) => name)).toEqual(['on-light', 'on-dark']);
    for (const [k, [, , text = '']] of pictures.entries()) {
      const { data, info } = await sharp(Buffer.from(text, 'base64'))
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const seen = new Set<string>();
      for (let i = 0; i < data.length; i += info.channels)
        if (data[i + 3] === 255) seen.add(`#${data.subarray(i, i + 3).toString('hex')}`);
      // The picture has 256 colours in all.
      const near = (color: string): boolean =>
        [...seen].some((other) => difference(color, other, 'trichromat') < 8);
      const colors = k === 0 ? CLASS_COLORS : CLASS_COLORS.map((color) => ON_DARK[color] ?? '');
      expect(colors.filter((color) => !near(color))).toEqual([]);
    }
  });
});

/** The folder of a map of so many points. */
function mapOf(points: number): string {
  const folder = join(temporaryFolder(), 'resnet');
  const cloud = (columns: number) => Float32Array.from({ length: columns * points }, (_, i) => Math.sin(i));
  for (const [name, columns] of [
    ['map', 2],
    ['space', 3],
    ['umap', 2],
  ] as const)
    writeNpy(join(folder, `${name}.npy`), {
      dtype: 'float32',
      shape: [points, columns],
      data: cloud(columns),
    });
  const data = Uint8Array.from({ length: points }, (_, i) => i % 7);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [points], data });
  return folder;
}

describe('the palette of the report', () => {
  test.each(['safe', 'paper'] as const)('is that of every figure and of the page: %s', async (name) => {
    const root = temporaryFolder();
    const outs = {
      markdown: join(root, 'report.md'),
      page: join(root, 'index.html'),
      figures: join(root, 'figures'),
    };
    const metrics = readdirSync('reports/metrics', { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(json|csv)$/.test(path))
      .map((path) => join('reports/metrics', path));
    await writeReport({
      report: { title: 't', samples: 'never', palette: name },
      teaching: { train: {}, teach: {} },
      metrics,
      maps: [mapOf(500)],
      train: '',
      graph: { stages: [{ name: 'a' }], edges: [] },
      outs,
    });
    const figures = readdirSync(outs.figures).map((file) => readFileSync(join(outs.figures, file), 'utf8'));
    const page = readFileSync(outs.page, 'utf8');
    const other = PALETTES[name === 'safe' ? 'paper' : 'safe'];
    const { classes: ofClasses, series, scores, splits, onDark: dark } = other;
    const foreign = [ofClasses, series, scores, splits, Object.keys(dark), Object.values(dark)].flat();
    for (const text of [...figures, page])
      expect(foreign.filter((color) => text.includes(color))).toEqual([]);
    const all = figures.join('');
    const own = PALETTES[name];
    for (const color of [own.classes, own.scores, own.splits].flat()) expect(all).toContain(`"${color}"`);
  });
});
