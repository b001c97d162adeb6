import { expect, test } from 'vitest';
import { renderMarkdown } from '../../../../src/fer/report/markdown.ts';
import type { Results } from '../../../../src/fer/report/results.ts';
import { mapsSection } from '../../../../src/fer/report/sections/maps.ts';

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
