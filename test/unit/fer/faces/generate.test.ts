import { describe, expect, it } from 'vitest';
import { CLASSES, generateFaces, renderFace, sampleFace } from '../../../../src/fer/index.ts';

const AREA = 48 * 48;
const imageOf = (images: Uint8Array, i: number): Uint8Array => images.slice(i * AREA, (i + 1) * AREA);
const every = (repeats: number): number[] => Array.from({ length: 7 * repeats }, (_, i) => i % 7);

function statistics(pixels: Uint8Array): { mean: number; deviation: number } {
  const mean = pixels.reduce((s, v) => s + v, 0) / pixels.length;
  const variance = pixels.reduce((s, v) => s + (v - mean) ** 2, 0) / pixels.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Mean absolute second difference along rows: noise has much of it, drawn areas have little. */
function roughness(images: Uint8Array): number {
  let sum = 0;
  for (let i = 1; i + 1 < images.length; i++) {
    sum += Math.abs(2 * (images[i] ?? 0) - (images[i - 1] ?? 0) - (images[i + 1] ?? 0));
  }
  return sum / images.length;
}

describe('generateFaces', () => {
  const base = { seed: 5, style: 'first', difficulty: 1 } as const;

  it('gives the same bytes for the same seed, and others for another seed', async () => {
    const labels = every(5);
    const [a, b, c] = await Promise.all([
      generateFaces({ ...base, labels }),
      generateFaces({ ...base, labels }),
      generateFaces({ ...base, seed: 6, labels }),
    ]);
    expect(a.images.length).toBe(35 * AREA);
    expect([...a.labels]).toEqual(labels);
    expect(Buffer.compare(a.images, b.images)).toBe(0);
    expect(Buffer.compare(a.images, c.images)).not.toBe(0);
  });

  it('draws image i the same whatever stands before, after and beside it', async () => {
    const labels = every(6);
    const whole = await generateFaces({ ...base, labels });
    const half = await generateFaces({ ...base, labels: labels.slice(0, 19) });
    const others = await generateFaces({
      ...base,
      labels: labels.map((l, i) => (i === 18 ? l : (l + 1) % 7)),
    });
    for (let i = 0; i < 19; i++) expect(imageOf(half.images, i)).toEqual(imageOf(whole.images, i));
    expect(imageOf(others.images, 18)).toEqual(imageOf(whole.images, 18));
    expect(imageOf(others.images, 17)).not.toEqual(imageOf(whole.images, 17));
  });

  it('draws one and the same image at every place of a sheet', async () => {
    const face = sampleFace({ ...base, index: 3, label: 2 });
    const alone = await renderFace(face, { size: 48, colour: false, seed: base.seed, index: 3 });
    const among = await generateFaces({ ...base, labels: [0, 1, 6, 2, 4] });
    expect(alone.pixels).toEqual(imageOf(among.images, 3));
  });

  it('draws every class, with images that are neither blank nor alike', async () => {
    const { images, labels } = await generateFaces({ ...base, labels: every(4) });
    expect(new Set(labels).size).toBe(CLASSES.length);
    const seen = new Set<string>();
    for (let i = 0; i < labels.length; i++) {
      const pixels = imageOf(images, i);
      expect(statistics(pixels).deviation).toBeGreaterThan(8);
      seen.add(Buffer.from(pixels).toString('base64'));
    }
    expect(seen.size).toBe(labels.length);
  });

  it("has about FER2013's brightness and contrast (mean 129, standard deviation 65)", async () => {
    const { images } = await generateFaces({ ...base, labels: every(30) });
    const { mean, deviation } = statistics(images);
    expect(mean).toBeGreaterThan(100);
    expect(mean).toBeLessThan(155);
    expect(deviation).toBeGreaterThan(40);
    expect(deviation).toBeLessThan(80);
  });

  it('is noisier at difficulty 1 than at 0, and draws in two hands', async () => {
    const labels = every(6);
    const clean = await generateFaces({ ...base, difficulty: 0, labels });
    const hard = await generateFaces({ ...base, difficulty: 2, labels });
    const second = await generateFaces({ ...base, style: 'second', labels });
    expect(roughness(hard.images)).toBeGreaterThan(roughness(clean.images) * 1.1);
    expect(Buffer.compare(second.images, (await generateFaces({ ...base, labels })).images)).not.toBe(0);
  });

  it('says how far it is, to the end', async () => {
    const told: number[] = [];
    await generateFaces({ ...base, labels: every(5), onProgress: (done, total) => told.push(done / total) });
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  it('gives an empty set for no labels and refuses a label that is no class', async () => {
    expect((await generateFaces({ ...base, labels: [] })).count).toBe(0);
    await expect(generateFaces({ ...base, labels: [0, 7] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FermentError: Each label must be a class index from 0 to 6. Received: 7 at 1.]`,
    );
  });
});

describe('renderFace', () => {
  it('draws in colour at any size, gray only when asked', async () => {
    const face = sampleFace({ seed: 1, style: 'second', index: 0, label: 3, difficulty: 1 });
    const coloured = await renderFace(face, { size: 96, colour: true, seed: 1, index: 0 });
    expect(coloured).toMatchObject({ side: 96, channels: 3 });
    expect(coloured.pixels.length).toBe(96 * 96 * 3);
    const isColoured = coloured.pixels.some(
      (v, i) => i % 3 === 0 && Math.abs(v - (coloured.pixels[i + 2] ?? 0)) > 40,
    );
    expect(isColoured).toBe(true);
    const gray = await renderFace(face, { size: 96, colour: false, seed: 1, index: 0 });
    expect(gray.pixels.length).toBe(96 * 96);
  });
});
