import { existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { argmaxRows, jpegCanary } from '../../../../src/fer/evaluation/index.ts';
import { type ImageBatch, reencodeJpeg } from '../../../../src/fer/images/index.ts';

const REFERENCE = new URL('../../../../../shared/reference/', import.meta.url);

/** Gray images in three channels: waves of a different direction each, with some noise. */
function waves(count: number, side: number): ImageBatch {
  const data = new Uint8Array(count * side * side * 3);
  for (let i = 0; i < count * side * side; i++) {
    const x = i % side;
    const y = Math.floor(i / side) % side;
    const image = Math.floor(i / (side * side));
    const noise = (Math.imul(i + 1, 0x9e3779b1) >>> 0) % 24;
    const gray = 116 + 90 * Math.sin((x * (1 + (image % 5)) + y * (image % 7)) / 6) + noise;
    data.fill(Math.max(0, Math.min(255, Math.round(gray))), 3 * i, 3 * i + 3);
  }
  return { data, count, side };
}

function meanAbsoluteDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((total, value, i) => total + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}

test('images in one mosaic come back as if each had a file of its own', async () => {
  const images = waves(130, 48);
  const together = await reencodeJpeg(images, 75);
  const bytes = 48 * 48 * 3;
  for (const i of [0, 1, 63, 64, 129]) {
    const alone = sharp(images.data.subarray(i * bytes, (i + 1) * bytes), {
      raw: { width: 48, height: 48, channels: 3 },
    });
    const file = await alone.jpeg({ quality: 75, chromaSubsampling: '4:2:0' }).toBuffer();
    const decoded = await sharp(file).raw().toBuffer();
    expect(Buffer.compare(together.subarray(i * bytes, (i + 1) * bytes), decoded)).toBe(0);
  }
});

test('a lower quality loses more, and the result stays gray', async () => {
  const images = waves(3, 48);
  const losses: number[] = [];
  for (const quality of [95, 75, 30]) {
    const copies = await reencodeJpeg(images, quality);
    losses.push(meanAbsoluteDifference(images.data, copies));
    for (let i = 0; i < copies.length; i += 3) {
      expect(copies[i + 1] === copies[i] && copies[i + 2] === copies[i]).toBe(true);
    }
  }
  const [high = 0, middle = 0, low = 0] = losses;
  expect(high > 0 && high < middle && middle < low).toBe(true);
});

test('sides off the JPEG grid work too', async () => {
  const images = waves(2, 20);
  const copies = await reencodeJpeg(images, 90);
  expect(copies.length).toBe(images.data.length);
  expect(meanAbsoluteDifference(images.data, copies)).toBeLessThan(8);
});

test.skipIf(!existsSync(REFERENCE))(
  'quality 75 loses what Pillow loses, within 0.3 grey levels',
  async () => {
    const wanted = JSON.parse(readFileSync(new URL('images.json', REFERENCE), 'utf8')) as {
      jpeg_q75: { mean_abs_diff: number; decoded_first16: number[] };
    };
    const file = readFileSync(new URL('images/images.npy', REFERENCE));
    const gray = file.subarray(file.length - 12 * 48 * 48).subarray(0, 48 * 48);
    const data = Uint8Array.from({ length: gray.length * 3 }, (_, i) => gray[Math.floor(i / 3)] ?? 0);
    const copy = await reencodeJpeg({ data, count: 1, side: 48 }, 75);
    const loss = meanAbsoluteDifference(data, copy);
    expect(Math.abs(loss - wanted.jpeg_q75.mean_abs_diff)).toBeLessThan(0.3);
    wanted.jpeg_q75.decoded_first16.forEach((value, x) => {
      expect(Math.abs((copy[3 * x] ?? 0) - value)).toBeLessThanOrEqual(1);
    });
  },
);

test('it refuses bytes that do not fit the shape', async () => {
  await expect(reencodeJpeg({ data: new Uint8Array(10), count: 1, side: 48 }, 75)).rejects.toThrow(
    'Expected 1 images of 48 x 48 x 3 bytes. Received: 10 bytes.',
  );
});

const options = { classes: ['angry', 'happy'], qualities: [95, 75], collapseShare: 0.7 };
const labels = Array.from({ length: 20 }, (_, i) => i % 2);

test('a model that answers alike on every encoding raises no alarm', async () => {
  const canary = await jpegCanary(waves(20, 48), labels, labels, () => labels, options);
  expect(canary.alarms).toEqual([]);
  expect(canary.asIs).toEqual({
    accuracy: 1,
    macroF1: 1,
    accuracyChange: 0,
    largestShare: 0.5,
    predicted: [10, 10],
  });
  expect(canary.qualities.map(([quality]) => quality)).toEqual([95, 75]);
});

test('a model that collapses on copies is named with class, share, drop and quality', async () => {
  const answer = (_: Uint8Array, quality: number) => (quality === 75 ? labels.map(() => 1) : labels);
  const canary = await jpegCanary(waves(20, 48), labels, labels, answer, options);
  expect(canary.alarms).toEqual([
    'Collapse: "happy" gets 100.0 % of all answers on copies at JPEG quality 75 (limit 70.0 %).',
    'Encoding: accuracy falls by 50.0 points to 50.0 % on copies at JPEG quality 75; the model depends on the encoding.',
  ]);
});

test('a model that is better on copies is suspected of re-encoded training images', async () => {
  const worse = labels.map((label, i) => (i < 4 ? 1 - label : label));
  const canary = await jpegCanary(waves(20, 48), labels, worse, () => labels, {
    ...options,
    qualities: [75],
  });
  expect(canary.alarms).toEqual([
    'Encoding: accuracy rises by 20.0 points to 100.0 % on copies at JPEG quality 75; the model seems to be trained on re-encoded images.',
  ]);
});

test('the model is asked about the re-encoded pixels', async () => {
  const images = waves(4, 48);
  const seen: Uint8Array[] = [];
  await jpegCanary(
    images,
    [0, 1, 0, 1],
    [0, 1, 0, 1],
    (copies) => {
      seen.push(copies);
      return argmaxRows([1, 0, 0, 1, 1, 0, 0, 1], 2);
    },
    { ...options, qualities: [40] },
  );
  expect(seen).toEqual([await reencodeJpeg(images, 40)]);
});
