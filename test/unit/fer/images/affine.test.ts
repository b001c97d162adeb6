import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyOfflineChange,
  applyOfflineChangeRounded,
  type OfflineChange,
  stretchToBytes,
} from '../../../../src/fer/images/index.ts';
import { readNpy } from '../../../../src/fer/index.ts';

const reference = join(import.meta.dirname, '../../../../../shared/reference');
const NO_CHANGE: OfflineChange = {
  rotationDegrees: 0,
  shiftX: 0,
  shiftY: 0,
  zoomX: 1,
  zoomY: 1,
  flip: false,
};
const image = fc.uint8Array({ minLength: 48 * 48, maxLength: 48 * 48 });

describe('the offline change', () => {
  it.skipIf(!existsSync(reference))('equals the reference formula to 1e-3 gray levels', () => {
    const images = readNpy(join(reference, 'images/images.npy'), { dtype: 'uint8', shape: [12, 48, 48] });
    const wanted = readNpy(join(reference, 'images/offline.npy'), {
      dtype: 'float32',
      shape: [10, 12, 48, 48],
    });
    const { offline } = JSON.parse(readFileSync(join(reference, 'images.json'), 'utf8')) as {
      offline: { params: [number, number, number, number, number, number][] };
    };
    let worst = 0;
    offline.params.forEach(([rotationDegrees, shiftX, shiftY, zoomX, zoomY, flip], p) => {
      for (let i = 0; i < 12; i++) {
        const pixels = images.data.subarray(i * 2304, (i + 1) * 2304);
        const change = { rotationDegrees, shiftX, shiftY, zoomX, zoomY, flip: flip === 1 };
        const got = applyOfflineChange(pixels, 48, change);
        const at = (p * 12 + i) * 2304;
        for (let k = 0; k < 2304; k++)
          worst = Math.max(worst, Math.abs((got[k] ?? 0) - (wanted.data[at + k] ?? 0)));
      }
    });
    expect(worst).toBeLessThan(1e-3);
  });

  it('without any change gives the image back', () => {
    fc.assert(
      fc.property(image, (pixels) => {
        expect(applyOfflineChangeRounded(pixels, 48, NO_CHANGE)).toEqual(pixels);
      }),
      { numRuns: 10 },
    );
  });

  it('flips after all the rest', () => {
    fc.assert(
      fc.property(image, fc.double({ min: -15, max: 15, noNaN: true }), (pixels, rotationDegrees) => {
        const change = { ...NO_CHANGE, rotationDegrees, shiftX: 3.3, zoomY: 1.08 };
        const plain = applyOfflineChange(pixels, 48, change);
        const flipped = applyOfflineChange(pixels, 48, { ...change, flip: true });
        for (let row = 0; row < 48; row++)
          expect(flipped.subarray(row * 48, row * 48 + 48).toReversed()).toEqual(
            plain.subarray(row * 48, row * 48 + 48),
          );
      }),
      { numRuns: 10 },
    );
  });

  it('stays within the gray levels of the image, edges replicated', () => {
    const pixels = Uint8Array.from({ length: 2304 }, (_, i) => 100 + (i % 48));
    const shifted = applyOfflineChange(pixels, 48, { ...NO_CHANGE, shiftX: 10 });
    expect([shifted[0], shifted[37], shifted[38], shifted[47]]).toEqual([110, 147, 147, 147]);
  });
});

describe('the offline change, bit for bit', () => {
  const shift = fc.double({ min: -60, max: 60, noNaN: true });
  const zoom = fc.double({ min: 0.1, max: 3, noNaN: true });
  const change = fc.record({
    rotationDegrees: fc.double({ min: -180, max: 180, noNaN: true }),
    shiftX: shift,
    shiftY: shift,
    zoomX: zoom,
    zoomY: zoom,
    flip: fc.boolean(),
  });

  it('is the formula added up in its own order, so that images made long ago are made again', () => {
    fc.assert(
      fc.property(image, change, (pixels, one) => {
        expect(applyOfflineChange(pixels, 48, one)).toEqual(plainOfflineChange(pixels, 48, one));
      }),
      { numRuns: 30 },
    );
  });

  it('rounds as Math.round does', () => {
    fc.assert(
      fc.property(image, change, (pixels, one) => {
        const rounded = Uint8Array.from(plainOfflineChange(pixels, 48, one), (level) => Math.round(level));
        expect(applyOfflineChangeRounded(pixels, 48, one)).toEqual(rounded);
      }),
      { numRuns: 30 },
    );
  });

  it('rounds a half up, and what is just below a half down', () => {
    const pixels = Uint8Array.from({ length: 48 * 48 }, (_, i) => (i % 48 === 0 ? 1 : 0));
    const atLeftEdge = (shiftX: number): (number | undefined)[] => {
      const shifted = { ...NO_CHANGE, shiftX };
      return [applyOfflineChange(pixels, 48, shifted)[0], applyOfflineChangeRounded(pixels, 48, shifted)[0]];
    };
    expect(atLeftEdge(0.5)).toEqual([0.5, 1]);
    expect(atLeftEdge(0.5 + 2 ** -48)).toEqual([0.5 - 2 ** -48, 0]);
  });
});

/** The change as it is written down, pixel by pixel. */
function plainOfflineChange(pixels: Uint8Array, side: number, change: OfflineChange): Float64Array {
  const theta = (change.rotationDegrees * Math.PI) / 180;
  const [cos, sin, centre] = [Math.cos(theta), Math.sin(theta), (side - 1) / 2];
  const [xx, xy] = [cos * change.zoomX, -sin * change.zoomY];
  const [yx, yy] = [sin * change.zoomX, cos * change.zoomY];
  const x0 = cos * change.shiftX - sin * change.shiftY + centre - (xx + xy) * centre;
  const y0 = sin * change.shiftX + cos * change.shiftY + centre - (yx + yy) * centre;
  return Float64Array.from({ length: side * side }, (_, i) => {
    const row = Math.floor(i / side);
    const column = change.flip ? side - 1 - (i % side) : i % side;
    const x = Math.min(side - 1, Math.max(0, xx * column + xy * row + x0));
    const y = Math.min(side - 1, Math.max(0, yx * column + yy * row + y0));
    const [left, top] = [Math.min(side - 2, Math.floor(x)), Math.min(side - 2, Math.floor(y))];
    const at = (dx: number, dy: number): number => pixels[(top + dy) * side + left + dx] ?? Number.NaN;
    const inColumn = (dx: number): number => at(dx, 0) * (1 - (y - top)) + at(dx, 1) * (y - top);
    return inColumn(0) * (1 - (x - left)) + inColumn(1) * (x - left);
  });
}

describe('stretching the contrast', () => {
  it('spans 0 to 255 and cuts the fraction, as Keras does', () => {
    expect(stretchToBytes(Float64Array.of(10, 15, 19.9, 20))).toEqual(Uint8Array.of(0, 127, 252, 255));
  });

  it('leaves an image of one level black', () => {
    expect(stretchToBytes(Float64Array.of(9, 9))).toEqual(Uint8Array.of(0, 0));
  });
});
