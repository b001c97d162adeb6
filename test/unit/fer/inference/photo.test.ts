import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { loadEngine } from '../../../../src/engine/index.ts';
import { type FaceFinder, openFaceFinder } from '../../../../src/fer/inference/face-finder.ts';
import { facesOf } from '../../../../src/fer/inference/photo.ts';
import { drawnPhoto } from '../../../support/drawn-photo.ts';

/** A picture that gets lighter to the right, by one gray level a pixel, as PNG. */
function slope(width: number, height: number): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: width * height }, (_, i) => i % width));
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

const finding =
  (...squares: readonly { left: number; top: number; side: number }[]): FaceFinder =>
  () =>
    Promise.resolve(squares.map((square) => ({ ...square, score: 0.9 })));
const column = (pixels: Uint8Array, x: number): number => pixels[24 * 48 + x] ?? 0;

describe('the faces of a photograph', () => {
  test('are cut out by their squares, and what lies outside of the picture repeats its border', async () => {
    const [inner, outer] = await facesOf(
      await slope(200, 100),
      finding({ left: 50, top: 20, side: 48 }, { left: 176, top: 60, side: 48 }),
    );
    expect([column(inner?.pixels ?? Buffer.of(), 0), column(inner?.pixels ?? Buffer.of(), 47)]).toEqual([
      50, 97,
    ]);
    expect([0, 23, 24, 47].map((x) => column(outer?.pixels ?? Buffer.of(), x))).toEqual([176, 199, 199, 199]);
    expect(inner?.square).toEqual({ left: 50, top: 20, side: 48, score: 0.9 });
  });

  test('without one, or without a detector, are the middle square', async () => {
    const picture = await slope(200, 48);
    for (const finder of [undefined, finding()]) {
      const [face, ...more] = await facesOf(picture, finder);
      expect([more, face?.square, column(face?.pixels ?? Buffer.of(), 0)]).toEqual([[], undefined, 76]);
    }
  });

  test('are also found in a photograph of a camera whose scan header decoders warn of', async () => {
    const sound = await sharp(await slope(200, 48))
      .jpeg()
      .toBuffer();
    // Ss, Se, Ah and Al stand before the picture data: Se is 63 by the standard.
    const scan = sound.indexOf(Buffer.from([0xff, 0xda]));
    const odd = Buffer.from(sound);
    odd[scan + 2 + odd.readUInt16BE(scan + 2) - 2] = 0;
    const find = finding({ left: 50, top: 0, side: 48 });
    expect(await facesOf(odd, find)).toEqual(await facesOf(sound, find));
  });

  test('are looked for in a smaller, upright copy, and given in pixels of the upright picture', async () => {
    const turned = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#777' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const sizes: number[][] = [];
    const [face] = await facesOf(turned, async (image) => {
      sizes.push([image.width, image.height, image.data.length]);
      return [{ left: 100, top: 200, side: 60, score: 0.5 }];
    });
    const [width = 0, height = 0, bytes] = sizes[0] ?? [];
    expect([height, bytes]).toEqual([1024, 3 * width * height]);
    expect(Math.abs(width - 1024 / 1.5)).toBeLessThan(1);
    expect(Math.abs((face?.square?.left ?? 0) - (100 * 2000) / width)).toBeLessThan(1e-9);
  });
});

test('the detector finds drawn faces, from left to right, and cuts them as the data set does', async () => {
  const finder = await openFaceFinder(await loadEngine({ device: 'cpu' }));
  if (typeof finder !== 'function') throw new Error(`Expected a finder. Received: ${finder.missing}`);
  const placed = [
    { index: 8, left: 400, top: 40, side: 160 },
    { index: 7, left: 60, top: 90, side: 180 },
  ];
  const faces = await facesOf(await drawnPhoto({ width: 640, height: 320 }, placed), finder);
  expect(faces).toHaveLength(2);
  for (const [i, { left, top, side }] of [placed[1], placed[0]].entries() as Iterable<
    [number, (typeof placed)[0]]
  >) {
    const square = faces[i]?.square;
    const off = [
      (square?.left ?? 0) + (square?.side ?? 0) / 2 - left - side / 2,
      (square?.top ?? 0) + (square?.side ?? 0) / 2 - top - side / 2,
      (square?.side ?? 0) - side,
    ];
    for (const pixels of off) expect(Math.abs(pixels)).toBeLessThan(0.25 * side);
    expect(square?.score).toBeGreaterThan(0.4);
  }
  expect(await facesOf(await slope(300, 200), finder)).toMatchObject([{ square: undefined }]);
});
