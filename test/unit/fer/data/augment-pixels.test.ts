import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentPixels } from '../../../../src/fer/data/augment-pixels.ts';
import { IMAGE_PIXELS } from '../../../../src/fer/index.ts';

const augment = {
  targets: {},
  rotationDegrees: 15,
  shiftFraction: 0.1,
  zoomFraction: 0.1,
  flipProbability: 0.5,
};
const image = fc.uint8Array({ minLength: IMAGE_PIXELS, maxLength: IMAGE_PIXELS });

describe('one new image', () => {
  it.each([false, true])(
    'is its own, whatever is made before and after it: stretchContrast %s',
    (stretch) => {
      const parameters = { ...augment, stretchContrast: stretch };
      fc.assert(
        fc.property(image, image, fc.nat(), (one, other, copy) => {
          const first = augmentPixels(one, parameters, 1, ['fear', copy]);
          const kept = first.pixels.slice();
          augmentPixels(other, parameters, 1, ['fear', copy + 1]);
          expect(first.pixels).toEqual(kept);
          expect(augmentPixels(one, parameters, 1, ['fear', copy])).toEqual(first);
        }),
        { numRuns: 20 },
      );
    },
  );
});
