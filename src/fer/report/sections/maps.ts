import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatCount } from '../../../kit/index.ts';
import { readNpy } from '../../data/index.ts';
import type { MapMetrics, MapQuality } from '../../maps/index.ts';
import { CLASSES } from '../../params/index.ts';
import { type Block, figureName, heading, paragraph } from '../document.ts';
import {
  type Palette,
  renderScatter,
  renderSpaceScatter,
  SAFE_PALETTE,
  type View,
} from '../figures/index.ts';
import { paperFigure } from '../paper-figures.ts';
import type { Results } from '../results.ts';
import { decimals, inModelOrder, modelName, percent } from './format.ts';

/** The views that the paper prints, as it names them: view 10 of the ResNet, view 7 of the MobileNetV2. */
const PAPER_VIEWS: Readonly<Record<string, View>> = {
  resnet: { elevation: 35, azimuth: 315 },
  mobilenetv2: { elevation: 70, azimuth: 200 },
};
/** Three of the twelve views that the paper's program draws, from sides apart. */
const OTHER_VIEWS: readonly View[] = [
  { elevation: 10, azimuth: 0 },
  { elevation: 20, azimuth: 110 },
  { elevation: 60, azimuth: 250 },
];

/** The maps of stage `tsne`, and how far each can be trusted. `folders` are the stage's outs by name. */
export async function mapsSection(
  results: Results,
  folders: ReadonlyMap<string, string>,
  palette = SAFE_PALETTE,
): Promise<Block[]> {
  const maps = inModelOrder(results.maps);
  const title = heading(2, 'What the models see: t-SNE');
  if (maps.length === 0) return [title, paragraph('No map was made.')];
  const figures = await Promise.all(
    maps.map(async ([key, metrics]) => {
      const folder = folders.get(key);
      return folder === undefined ? [] : figuresOf(key, metrics, { folder, palette });
    }),
  );
  return [
    title,
    paragraph(
      "Distances in a map mean little beyond the nearest neighbours. Trustworthiness says how many of a point's neighbours in the map are neighbours in truth; label accuracy, how often a point's ten neighbours name its class (“by chance” is what they do when the labels are shuffled over the points). KL is what t-SNE makes small, in nats: it compares maps of the same points alone." +
        (maps.some(([, { umap }]) => umap !== undefined) ? UMAP : ''),
    ),
    {
      kind: 'table',
      rows: [
        ['input', 'map', 'points', 'KL', 'trustworthiness', 'label accuracy', 'by chance'],
        ...maps.flatMap(([key, metrics]) => rowsOf(key, metrics)),
      ],
      right: [2, 3, 4, 5, 6],
    },
    ...notDrawn(maps.map(([key]) => key).filter((key) => !folders.has(key))),
    ...figures.flat(),
  ];
}

const UMAP =
  ' UMAP draws the same points by another rule: what only one of the two maps shows is of the method, not of the data.';

/** Metrics may be there without their map, as in a clone: it holds no artifacts. */
function notDrawn(keys: readonly string[]): Block[] {
  return keys.length === 0
    ? []
    : [paragraph(`Not drawn, since the map itself is not there: ${keys.map(modelName).join(', ')}.`)];
}

function rowsOf(key: string, m: MapMetrics): string[][] {
  const row = (map: string, quality: MapQuality, kl?: number): string[] => [
    modelName(key),
    map,
    formatCount(m.points),
    decimals(kl, 3),
    decimals(quality.trustworthiness, 3),
    percent(quality.labelAccuracy),
    percent(m.chanceLabelAccuracy),
  ];
  return [
    row('t-SNE', m, m.kl),
    ...(m.space === undefined ? [] : [row('t-SNE in 3-D', m.space, m.space.kl)]),
    ...(m.umap === undefined ? [] : [row('UMAP', m.umap)]),
  ];
}

async function figuresOf(
  key: string,
  metrics: MapMetrics,
  { folder, palette }: { readonly folder: string; readonly palette: Palette },
): Promise<Block[]> {
  const read = (name: string, columns: number): Float32Array =>
    readNpy(join(folder, `${name}.npy`), { dtype: 'float32', shape: [metrics.points, columns] }).data;
  const classesOf = (name: string): Uint8Array =>
    readNpy(join(folder, `${name}.npy`), { dtype: 'uint8', shape: [metrics.points] }).data;
  const labels = classesOf('labels');
  const answers = existsSync(join(folder, 'answers.npy')) ? classesOf('answers') : undefined;
  const model = modelName(key);
  const images = metrics.input === 'pixels' ? 'validation images' : 'test images';
  const what = `${metrics.input === 'pixels' ? 'raw pixels' : `the embeddings of ${model}`}, ${images}`;
  const common = { labels, classes: CLASSES };
  const count = `${formatCount(metrics.points)} ${images}`;
  const inPlane = async (method: 't-SNE' | 'UMAP', note: string, points: Float32Array): Promise<Block> => {
    const { svg, positions } = await renderScatter(
      { ...common, title: `${method}: ${model}`, note, points },
      palette,
    );
    const hover = { positions, labels, answers, classes: CLASSES };
    const name = figureName(method === 'UMAP' ? 'umap' : 'tsne', key);
    return {
      kind: 'figure',
      name,
      svg,
      caption: `${method} of ${what}${method === 'UMAP' ? '' : paperFigure('tsne', key)}.`,
      hover,
    };
  };
  const tsneNote = `${count}, perplexity ${metrics.perplexity}, KL ${decimals(metrics.kl, 3)}`;
  const blocks = [await inPlane('t-SNE', tsneNote, read('map', 2))];
  if (metrics.space !== undefined) {
    const paper = PAPER_VIEWS[key];
    const views = paper === undefined ? OTHER_VIEWS : [paper, ...OTHER_VIEWS];
    blocks.push({
      kind: 'figure',
      name: figureName('tsne3d', key),
      svg: await renderSpaceScatter(
        {
          ...common,
          title: `t-SNE in three dimensions: ${model}`,
          note: `${count}, perplexity ${metrics.perplexity}, KL ${decimals(metrics.space.kl, 3)}`,
          points: read('space', 3),
          views,
        },
        palette,
      ),
      caption: `t-SNE of ${what}, in three dimensions${paper === undefined ? '' : `${paperFigure('tsne3d', key)}; the first view is the paper's`}.`,
    });
  }
  if (metrics.umap !== undefined) {
    const umapNote = `${count}, trustworthiness ${decimals(metrics.umap.trustworthiness, 3)}`;
    blocks.push(await inPlane('UMAP', umapNote, read('umap', 2)));
  }
  return blocks;
}
