import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNpy } from '../../../../src/fer/data/index.ts';
import { figuresOf } from '../../../../src/fer/report/document.ts';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { mapsSection } from '../../../../src/fer/report/sections/maps.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const metrics = {
  points: 300,
  kl: 0.8,
  trustworthiness: 0.93,
  labelAccuracy: 0.15,
  chanceLabelAccuracy: 0.18,
};

async function section(change: object): Promise<string> {
  const maps = new Map([['resnet', { ...metrics, ...change }]]);
  return renderMarkdown(await mapsSection({ maps } as unknown as Results, new Map()));
}

test('a map that is measured and not there is named', async () => {
  expect(await section({})).toContain('Not drawn, since the map itself is not there: ResNet.');
});

test('UMAP is explained where there is one', async () => {
  const umap = { trustworthiness: 0.9, labelAccuracy: 0.16 };
  expect(await section({ umap })).toContain('UMAP draws the same points by another rule');
  expect(await section({})).not.toContain('UMAP');
});

test('a model whose name begins as another figure does takes the place of none', async () => {
  const folder = temporaryFolder();
  const float32 = (columns: number) => {
    return { dtype: 'float32', shape: [2, columns], data: new Float32Array(2 * columns) } as const;
  };
  writeNpy(join(folder, 'map.npy'), float32(2));
  writeNpy(join(folder, 'umap.npy'), float32(2));
  writeNpy(join(folder, 'space.npy'), float32(3));
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [2], data: new Uint8Array(2) });
  const all = { ...metrics, points: 2, space: metrics, umap: metrics };
  const maps = new Map(['resnet', 'space-resnet', '3d-resnet', 'in-3d-resnet'].map((key) => [key, all]));
  const folders = new Map([...maps.keys()].map((key) => [key, folder]));
  const blocks = await mapsSection({ maps } as unknown as Results, folders);
  expect(figuresOf(blocks).size).toBe(3 * maps.size);
});
