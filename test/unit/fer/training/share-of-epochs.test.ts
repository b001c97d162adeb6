import { expect, test } from 'vitest';
import { createMixup } from '../../../../src/fer/training/augmentation/index.ts';
import { checkImageSizes, sideAt } from '../../../../src/fer/training/schedule/image-size.ts';
import { isWithinShare } from '../../../../src/fer/training/schedule/share-of-epochs.ts';

/** How many of the first epochs are in the share. */
function countWithin(share: number, epochs: number): number {
  let count = 0;
  while (isWithinShare(count + 1, share, epochs)) count++;
  return count;
}

test('a share in hundredths holds the epochs that the decimal says', () => {
  for (let hundredths = 0; hundredths <= 100; hundredths++)
    for (const epochs of [1, 7, 40, 50, 60, 100, 1000])
      expect([hundredths, epochs, countWithin(hundredths / 100, epochs)]).toEqual([
        hundredths,
        epochs,
        Math.floor((hundredths * epochs) / 100),
      ]);
});

test('images are small up to the very epoch of their share', () => {
  const sizes = [
    { side: 32, until: 0.29 },
    { side: 40, until: 0.57 },
  ] as const;
  const sides = [29, 30, 57, 58].map((epoch) => sideAt([...sizes], 100, epoch));
  expect(sides).toEqual([32, 40, 40, 48]);
});

test('images are mixed up to the very epoch of their share', () => {
  const mix = createMixup(1, { alpha: 1, until: 0.29 }, 100);
  const isMixedIn = (epoch: number): boolean => {
    const images = Float32Array.of(0, 1, 2, 3);
    mix?.({ images, targets: Float32Array.of(0, 1, 2, 3), indices: Uint32Array.of(0, 1, 2, 3) }, epoch);
    return images.some((value, i) => value !== i);
  };
  expect([29, 30].map(isMixedIn)).toEqual([true, false]);
});

test('smaller images are refused without the name of a training that may be called otherwise', () => {
  expect(() => checkImageSizes([{ side: 32, until: 0.3 }], 'resnet', 'bilinear')).toThrow(
    'imageSizes of this training needs a net that takes any size: se-resnet or mobilenetv2. Received: resnet.',
  );
});
