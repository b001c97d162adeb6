import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { hashDistance, perceptualHash } from '../../../../src/fer/images/index.ts';
import { createRandom } from '../../../../src/kit/index.ts';

/** A picture with the spectrum that photographs have: weaker the finer; another one for each number. */
function picture(number: number): Uint8Array {
  const random = createRandom(3, 'picture', number);
  const waves = Array.from({ length: 144 }, (_, i) => {
    const [fx, fy] = [(i % 12) / 2, Math.floor(i / 12) / 2];
    return { fx, fy, phase: random.below(628) / 100, height: random.below(80) / (1 + Math.hypot(fx, fy)) };
  });
  const levels = Uint8ClampedArray.from({ length: 48 * 48 }, (_, i) => {
    const [x, y] = [(i % 48) / 48, Math.floor(i / 48) / 48];
    return waves.reduce(
      (all, w) => all + w.height * Math.sin(6.28 * (w.fx * x + w.fy * y) + w.phase) * 0.3,
      128,
    );
  });
  return new Uint8Array(levels.buffer);
}

const raw = { raw: { width: 48, height: 48, channels: 1 as const } };

async function gray(image: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await image.toColourspace('b-w').raw().toBuffer());
}

describe('the perceptual hash', () => {
  it('is that of SciPy’s orthonormal DCT, bit by bit', () => {
    const pixels = Uint8Array.from({ length: 48 * 48 }, (_, i) => {
      const [x, y] = [i % 48, Math.floor(i / 48)];
      return (x * 7 + y * 13 + ((x * y) % 11) * 9) % 256;
    });
    expect(perceptualHash(pixels)).toEqual([0x16993603, 0x7d5ebd01]);
  });

  it('hardly moves when a picture is encoded again, resized, or given other contrast', async () => {
    const distances: number[] = [];
    for (let number = 0; number < 20; number++) {
      const pixels = picture(number);
      const hash = perceptualHash(pixels);
      const jpeg = await sharp(pixels, raw).jpeg({ quality: 75 }).toBuffer();
      const twins = [
        await gray(sharp(jpeg)),
        await gray(sharp(await sharp(pixels, raw).resize(96, 96).png().toBuffer()).resize(48, 48)),
        pixels.map((value) => 20 + value * 0.7),
      ];
      distances.push(...twins.map((twin) => hashDistance(hash, perceptualHash(twin))));
    }
    expect(distances.filter((distance) => distance <= 6).length).toBeGreaterThanOrEqual(57);
    expect(Math.max(...distances)).toBeLessThanOrEqual(10);
  });

  it('differs in about half of its bits for another picture', () => {
    const hashes = Array.from({ length: 40 }, (_, i) => perceptualHash(picture(i)));
    const distances = hashes.flatMap((a, i) => hashes.slice(i + 1).map((b) => hashDistance(a, b)));
    expect(Math.min(...distances)).toBeGreaterThan(6);
    expect(distances.reduce((a, b) => a + b) / distances.length).toBeGreaterThan(25);
  });

  it('counts bits as they are written', () => {
    expect(hashDistance([0, 0], [0xffffffff, 0x7fffffff])).toBe(63);
    expect(hashDistance([0b1011, 1], [0b0001, 0])).toBe(3);
  });
});
