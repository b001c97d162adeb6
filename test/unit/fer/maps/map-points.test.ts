import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../../../src/fer/data/index.ts';
import { mapPoints } from '../../../../src/fer/maps/index.ts';
import { repository } from '../../../support/project.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { points } from '../embedding/reference.ts';

const params = {
  points: null,
  pcaComponents: 20,
  perplexity: 15,
  iterations: 300,
  earlyExaggeration: 12,
  exaggerationIterations: 100,
  space: ['resnet'],
  umap: null,
};

/** n embeddings of width d around one centre per class, classes in turn. */
function embeddingsFolder(n: number, d: number): string {
  const folder = temporaryFolder();
  const noise = points(n, d).data;
  const centres = points(7, d, 9).data;
  const data = Float32Array.from(
    noise,
    (v, at) => v + 3 * (centres[(Math.floor(at / d) % 7) * d + (at % d)] ?? 0),
  );
  writeNpy(join(folder, 'embeddings.npy'), { dtype: 'float32', shape: [n, d], data });
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 7);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [n], data: labels });
  return folder;
}

/** n gray images of side 8 in three channels: class decides the brighter half. */
function imagesFolder(n: number): string {
  const folder = temporaryFolder();
  const noise = points(n, 64).data;
  const data = Uint8Array.from({ length: n * 64 * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const bright = pixel % 64 < 32 === (Math.floor(pixel / 64) % 2 === 0);
    return (bright ? 180 : 70) + 60 * (noise[pixel] ?? 0);
  });
  writeNpy(join(folder, 'images.npy'), { dtype: 'uint8', shape: [n, 8, 8, 3], data });
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [n], data: labels });
  return folder;
}

test('embeddings no wider than the components are mapped as they are, every point of them', () => {
  const out = temporaryFolder();
  const { kl, trustworthiness, labelAccuracy, ...rest } = mapPoints(embeddingsFolder(140, 12), out, params, {
    seed: 1,
  });
  expect(rest).toEqual({
    input: 'embeddings',
    points: 140,
    available: 140,
    width: 12,
    pca: { applied: false, components: 12, explainedVariance: 1 },
    perplexity: 15,
    learningRate: 50,
    method: 'exact',
    // Seven equal classes, and a point is never its own neighbour.
    chanceLabelAccuracy: expect.closeTo(1 / 7, 1),
    neighbours: { trustworthiness: 12, labelAccuracy: 10 },
  });
  expect(kl).toBeLessThan(1);
  expect(trustworthiness).toBeGreaterThan(0.9);
  expect(labelAccuracy).toBeGreaterThan(0.9);
  const map = readNpy(join(out, 'map.npy'), { dtype: 'float32', shape: [140, 2] });
  expect(map.data.every(Number.isFinite)).toBe(true);
  expect([...readNpy(join(out, 'labels.npy')).data.slice(0, 8)]).toEqual([0, 1, 2, 3, 4, 5, 6, 0]);
  expect(existsSync(join(out, 'indices.npy'))).toBe(false);
});

test('named in space it is mapped in three dimensions too, and by UMAP, the same for the same seed', () => {
  const input = embeddingsFolder(140, 12);
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const both = { ...params, umap: { neighbours: 15, minDistance: 0.1, epochs: 60 } };
  const metrics = mapPoints(input, first, both, { seed: 1, key: 'resnet' });
  mapPoints(input, second, both, { seed: 1, key: 'resnet', threads: 2 });
  expect(metrics.space?.kl ?? 9).toBeLessThan(metrics.kl);
  for (const quality of [metrics.space, metrics.umap]) {
    expect(quality?.trustworthiness).toBeGreaterThan(0.9);
    expect(quality?.labelAccuracy).toBeGreaterThan(0.9);
  }
  for (const [name, columns] of [
    ['space.npy', 3],
    ['umap.npy', 2],
  ] as const) {
    const { data } = readNpy(join(first, name), { dtype: 'float32', shape: [140, columns] });
    expect(data.every(Number.isFinite)).toBe(true);
    expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name)))).toBe(true);
  }
});

test('pixels are the first channel from 0 to 255, reduced by PCA', () => {
  const metrics = mapPoints(imagesFolder(120), temporaryFolder(), params, { seed: 1 });
  expect([metrics.input, metrics.width, metrics.pca.applied, metrics.pca.components]).toEqual([
    'pixels',
    64,
    true,
    20,
  ]);
  expect(metrics.pca.explainedVariance).toBeGreaterThan(0.8);
  expect(metrics.pca.explainedVariance).toBeLessThan(1);
  expect(metrics.labelAccuracy).toBe(1);
});

test('a sample keeps the class shares, says which rows it took, and is the same for the same seed', () => {
  const input = embeddingsFolder(210, 5);
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const options = { ...params, points: 70 };
  const metrics = mapPoints(input, first, options, { seed: 4 });
  mapPoints(input, second, options, { seed: 4 });
  expect([metrics.points, metrics.available]).toEqual([70, 210]);
  const rows = readNpy(join(first, 'indices.npy'), { dtype: 'int32', shape: [70] }).data;
  const labels = readNpy(join(first, 'labels.npy')).data;
  expect([...rows].map((row) => row % 7)).toEqual([...labels]);
  expect([0, 1, 2, 3, 4, 5, 6].map((c) => labels.filter((label) => label === c).length)).toEqual(
    Array(7).fill(10),
  );
  for (const name of ['map.npy', 'labels.npy', 'indices.npy']) {
    expect(readFileSync(join(second, name)).equals(readFileSync(join(first, name)))).toBe(true);
  }
});

test('too few points for the perplexity are refused with what to change', () => {
  expect(() => mapPoints(embeddingsFolder(14, 3), temporaryFolder(), params, { seed: 1 })).toThrow(
    'below the number of points less one (13). Received: 15.',
  );
});

test('a folder with neither embeddings nor images, or with labels that do not fit, is refused', () => {
  const empty = temporaryFolder();
  expect(() => mapPoints(empty, temporaryFolder(), params, { seed: 1 })).toThrow(
    'Expected embeddings.npy or images.npy',
  );
  const folder = embeddingsFolder(20, 3);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [19], data: new Uint8Array(19) });
  expect(() => mapPoints(folder, temporaryFolder(), params, { seed: 1 })).toThrow('labels.npy');
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [20], data: new Uint8Array(20).fill(7) });
  expect(() => mapPoints(folder, temporaryFolder(), params, { seed: 1 })).toThrow('Received: 7 at 0.');
});

test('the stage program maps, measures and reports progress to its runner', () => {
  const root = temporaryFolder();
  const stageFile = join(root, 'stage.json');
  mkdirSync(join(root, 'map'));
  writeFileSync(
    stageFile,
    JSON.stringify({
      stage: 'tsne@resnet',
      root,
      params: { seed: 1, tsne: params },
      deps: { input: embeddingsFolder(140, 12) },
      outs: { map: join(root, 'map') },
      metrics: { scores: join(root, 'scores.json') },
      plots: {},
      checkpoints: {},
      cpus: 1,
      gpus: 0,
    }),
  );
  const result = spawnSync(process.execPath, ['--import', 'tsx', join(repository, 'stages/tsne.ts')], {
    cwd: repository,
    env: { ...process.env, FERMENT_STAGE_FILE: stageFile, FERMENT_MESSAGE_FD: '3' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  expect([result.status, result.stderr]).toEqual([0, '']);
  const messages = (result.output[3] ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; done?: number; values?: { kl: number } });
  const last = messages.filter((m) => m.type === 'progress').at(-1);
  expect(last?.done).toBe(300);
  const metrics = JSON.parse(readFileSync(join(root, 'scores.json'), 'utf8')) as { space: { kl: number } };
  expect(Math.abs((last?.values?.kl ?? 0) - metrics.space.kl)).toBeLessThan(0.01);
  expect(messages.at(-1)).toMatchObject({ type: 'record', key: 'tsne' });
});

test('components that keep all variance keep no more than that', () => {
  const folder = temporaryFolder();
  // Of three numbers two are always equal; the shares of both components add up to 1 + 2^-52.
  const data = Float32Array.from({ length: 24 }, (_, at) => {
    const i = Math.floor(at / 3);
    return ((3 * i) % 7) + (at % 3 === 1 ? (6 * i) % 5 : 0);
  });
  writeNpy(join(folder, 'embeddings.npy'), { dtype: 'float32', shape: [8, 3], data });
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [8], data: new Uint8Array(8) });
  const few = { ...params, pcaComponents: 2, perplexity: 2, iterations: 20, exaggerationIterations: 10 };
  expect(mapPoints(folder, temporaryFolder(), few, { seed: 1 }).pca).toEqual({
    applied: true,
    components: 2,
    explainedVariance: 1,
  });
});
