import { join } from 'node:path';
import { readNpy } from '../../data/index.ts';
import type { MapMetrics } from '../../maps/index.ts';
import { CLASSES } from '../../params/index.ts';
import { type Block, heading, paragraph } from '../document.ts';
import { renderScatter } from '../figures/index.ts';
import type { Results } from '../results.ts';
import { decimals, inModelOrder, modelName, percent } from './format.ts';

/** The t-SNE maps, and how far each can be trusted. `folders` are the stage's outs by name. */
export async function mapsSection(results: Results, folders: ReadonlyMap<string, string>): Promise<Block[]> {
  const maps = inModelOrder(results.maps);
  const figures = await Promise.all(
    maps.flatMap(([key, metrics]) => {
      const folder = folders.get(key);
      return folder === undefined ? [] : [mapFigure(key, metrics, folder)];
    }),
  );
  return [
    heading(2, 'What the models see: t-SNE'),
    paragraph(
      "Distances in a map mean little beyond the nearest neighbours. Trustworthiness says how many of a point's neighbours in the map are neighbours in truth; label accuracy, how often a point's ten neighbours name its class (a map without structure reaches the share of the largest class).",
    ),
    {
      kind: 'table',
      rows: [
        ['map', 'points', 'KL', 'trustworthiness', 'label accuracy', 'largest class'],
        ...maps.map(([key, m]) => [
          modelName(key),
          String(m.points),
          decimals(m.kl, 3),
          decimals(m.trustworthiness, 3),
          percent(m.labelAccuracy),
          percent(m.largestClassShare),
        ]),
      ],
      right: [1, 2, 3, 4, 5],
    },
    ...figures,
  ];
}

async function mapFigure(key: string, metrics: MapMetrics, folder: string): Promise<Block> {
  const map = readNpy(join(folder, 'map.npy'), { dtype: 'float32', shape: [null, 2] });
  const labels = readNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [null] });
  const name = modelName(key);
  const what = metrics.input === 'pixels' ? 'validation images' : 'test images';
  return {
    kind: 'figure',
    name: `tsne-${key}`,
    svg: await renderScatter({
      title: `t-SNE: ${name}`,
      note: `${metrics.points} ${what}, perplexity ${metrics.perplexity}, KL ${decimals(metrics.kl, 3)}`,
      points: map.data,
      labels: labels.data,
      classes: CLASSES,
    }),
    caption: `t-SNE of ${metrics.input === 'pixels' ? 'raw pixels' : `the embeddings of ${name}`}, ${what}.`,
  };
}
