import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Augment,
  changeAsKeras,
  changeBilinear,
  changeNearest,
  createBaselineAugmentation,
  createOnlineAugmentation,
  drawOnlineChange,
  type ImagePlace,
  type OnlineChange,
  randomForImage,
} from '../../../../src/fer/training/augmentation/index.ts';
import { drawRetouch, retouch } from '../../../../src/fer/training/augmentation/retouch.ts';

const SIZE = 48;
const PIXELS = SIZE * SIZE;
const SHARED = new URL('../../../../../shared/reference/', import.meta.url);
const FIXTURES = new URL('../../../fixtures/augmentation/', import.meta.url);
const ranges = {
  flipProbability: 0.5,
  rotationDegrees: 5,
  shearDegrees: 10,
  translateFraction: 0.2,
  interpolation: 'nearest',
  fill: 'black',
  logScale: 0,
  logAspect: 0,
  logContrast: 0,
  brightness: 0,
  erasing: { probability: 0, minSide: 0.125, maxSide: 0.375, until: 1 },
} as const;

/** The data of an .npy file, behind its header. */
function npyBytes(url: URL): Uint8Array {
  const file = readFileSync(url);
  return new Uint8Array(file.subarray(10 + file.readUInt16LE(8)));
}

const faces = npyBytes(new URL('faces.npy', FIXTURES));

function place(pixels: Uint8Array, index: number): ImagePlace {
  return { pixels, offset: PIXELS * index, size: SIZE };
}

/** Changes all twelve faces. */
function changeFaces(change: (from: ImagePlace, to: ImagePlace, index: number) => void): Uint8Array {
  const target = new Uint8Array(faces.length);
  for (let i = 0; i < 12; i++) change(place(faces, i), place(target, i), i);
  return target;
}

const online = JSON.parse(readFileSync(new URL('online.json', FIXTURES), 'utf8')) as {
  sets: { change: [number, number, number, number, number]; sha256: string }[];
};

const NO_ZOOM = { zoomX: 1, zoomY: 1 } as const;

function onlineChange([flip, angleDegrees, shearDegrees, dx, dy]: readonly number[]): OnlineChange {
  return {
    flip: flip === 1,
    angleDegrees: angleDegrees ?? 0,
    shearDegrees: shearDegrees ?? 0,
    dx: dx ?? 0,
    dy: dy ?? 0,
    ...NO_ZOOM,
  };
}

describe('nearest resampling', () => {
  it.each(online.sets)('gives the pixels of Pillow for $change', ({ change, sha256 }) => {
    const result = changeFaces((from, to) => changeNearest(from, to, onlineChange(change), 'black'));
    expect(createHash('sha256').update(result).digest('hex')).toBe(sha256);
  });

  it('with edge fill repeats the border and changes nothing inside', () => {
    const shift = { flip: false, angleDegrees: 0, shearDegrees: 0, dx: 3, dy: -2, ...NO_ZOOM };
    const black = changeFaces((from, to) => changeNearest(from, to, shift, 'black'));
    const edge = changeFaces((from, to) => changeNearest(from, to, shift, 'edge'));
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const i = y * SIZE + x;
        const inside = x >= 3 && y < SIZE - 2;
        const source = Math.min(y + 2, SIZE - 1) * SIZE + Math.max(x - 3, 0);
        expect(edge[i]).toBe(faces[source]);
        expect(black[i]).toBe(inside ? faces[source] : 0);
      }
    }
  });
});

describe('nearest resampling, with any change', () => {
  const change = fc.record({
    flip: fc.boolean(),
    angleDegrees: fc.oneof(fc.constant(0), fc.double({ min: -400, max: 400, noNaN: true })),
    shearDegrees: fc.oneof(fc.constant(0), fc.double({ min: -80, max: 80, noNaN: true })),
    dx: fc.integer({ min: -60, max: 60 }),
    dy: fc.integer({ min: -60, max: 60 }),
  });

  it.each(['black', 'edge'] as const)('is the two resamplings one after the other: %s', (fill) => {
    fc.assert(
      fc.property(change, (one) => {
        const wanted = changeFaces((from, to) => to.pixels.set(inTwoSteps(from, one, fill), to.offset));
        const got = changeFaces((from, to) => changeNearest(from, to, { ...one, ...NO_ZOOM }, fill));
        expect(Buffer.compare(got, wanted)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['black', 'edge'] as const)('writes its own image of a batch and no other: %s', (fill) => {
    fc.assert(
      fc.property(change, (one) => {
        const batch = new Uint8Array(3 * PIXELS).fill(77);
        changeNearest(place(faces, 0), place(batch, 1), { ...one, ...NO_ZOOM }, fill);
        expect(batch.subarray(0, PIXELS).every((level) => level === 77)).toBe(true);
        expect(batch.subarray(2 * PIXELS).every((level) => level === 77)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

/** Flip, then Pillow's rotation into a picture, then torchvision's shear and shift of this picture. */
function inTwoSteps(
  from: ImagePlace,
  change: Omit<OnlineChange, 'zoomX' | 'zoomY'>,
  fill: 'black' | 'edge',
): Uint8Array {
  const half = SIZE / 2;
  const flipped = Uint8Array.from({ length: PIXELS }, (_, i) => {
    const x = i % SIZE;
    return from.pixels[from.offset + i - x + (change.flip ? SIZE - 1 - x : x)] ?? 0;
  });
  const radians = -((((change.angleDegrees % 360) + 360) % 360) * Math.PI) / 180;
  const [cos, sin] = [Number(Math.cos(radians).toFixed(15)), Number(Math.sin(radians).toFixed(15))];
  const toCentre = { c: -half * cos - half * sin + half, f: half * sin - half * cos + half };
  const rotated = resampled(flipped, { a: cos, b: sin, d: -sin, e: cos, ...toCentre }, fill);
  const k = Math.tan((change.shearDegrees * Math.PI) / 180);
  const c = -half - change.dx + k * (-half - change.dy) + half;
  return resampled(rotated, { a: 1, b: k, c, d: 0, e: 1, f: -half - change.dy + half }, fill);
}

/** Pillow's nearest-neighbour affine transform in 16.16 fixed point. */
function resampled(
  pixels: Uint8Array,
  { a, b, c, d, e, f }: Record<'a' | 'b' | 'c' | 'd' | 'e' | 'f', number>,
  fill: 'black' | 'edge',
): Uint8Array {
  const fix = (value: number): number => Math.floor(value * 65_536 + 0.5);
  const within = (index: number): number => Math.min(SIZE - 1, Math.max(0, index));
  return Uint8Array.from({ length: PIXELS }, (_, i) => {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    const sx = (fix(c + a * 0.5 + b * 0.5) + x * fix(a) + y * fix(b)) >> 16;
    const sy = (fix(f + d * 0.5 + e * 0.5) + x * fix(d) + y * fix(e)) >> 16;
    const isOutside = sx !== within(sx) || sy !== within(sy);
    return isOutside && fill === 'black' ? 0 : (pixels[within(sy) * SIZE + within(sx)] ?? 0);
  });
}

describe('bilinear resampling', () => {
  const whole = [
    { flip: false, angleDegrees: 0, shearDegrees: 0, dx: 0, dy: 0, ...NO_ZOOM },
    { flip: true, angleDegrees: 0, shearDegrees: 0, dx: 0, dy: 0, ...NO_ZOOM },
    { flip: true, angleDegrees: 0, shearDegrees: 0, dx: 7, dy: -4, ...NO_ZOOM },
  ];

  it.each(whole.flatMap((change) => (['black', 'edge'] as const).map((fill) => ({ change, fill }))))(
    'is the nearest one where pixels fall on pixels: $change $fill',
    ({ change, fill }) => {
      const nearest = changeFaces((from, to) => changeNearest(from, to, change, fill));
      const bilinear = changeFaces((from, to) => changeBilinear(from, to, change, fill));
      expect(Buffer.compare(bilinear, nearest)).toBe(0);
    },
  );

  it('turns, shears and shifts the same way as the nearest one', () => {
    // A smooth picture, on which half a pixel is a few grey levels.
    const smooth = Uint8Array.from({ length: PIXELS }, (_, pixel) => {
      const x = pixel % SIZE;
      return Math.round(128 + 60 * Math.sin(x / 7) + 50 * Math.cos((pixel - x) / SIZE / 9));
    });
    for (const { change } of online.sets) {
      const nearest = new Uint8Array(PIXELS);
      const bilinear = new Uint8Array(PIXELS);
      changeNearest(place(smooth, 0), place(nearest, 0), onlineChange(change), 'edge');
      changeBilinear(place(smooth, 0), place(bilinear, 0), onlineChange(change), 'edge');
      expect(Math.max(...nearest.map((v, i) => Math.abs(v - (bilinear[i] ?? 0))))).toBeLessThan(20);
      expect(
        nearest.reduce((sum, v, i) => sum + Math.abs(v - (bilinear[i] ?? 0)), 0) / nearest.length,
      ).toBeLessThan(4);
    }
  });
});

const OFFLINE = new URL('images/offline.npy', SHARED);

describe.skipIf(!existsSync(OFFLINE))("the baseline's augmentation", () => {
  // [theta, tx, ty, zoom x, zoom y, flip], of which those without zoom
  const sets = existsSync(OFFLINE)
    ? (
        JSON.parse(readFileSync(new URL('images.json', SHARED), 'utf8')) as {
          offline: { params: number[][] };
        }
      ).offline.params.map((change, index) => ({ change, index }))
    : [];

  it.each(sets.filter(({ change }) => change[3] === 1 && change[4] === 1))(
    'gives the pixels of Keras for $change, rounded',
    ({ change, index }) => {
      const bytes = npyBytes(OFFLINE);
      const expected = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      const [rotationDegrees = 0, tx = 0, ty = 0, , , flip] = change;
      const result = changeFaces((from, to) =>
        changeAsKeras(from, to, {
          rotationDegrees,
          tx,
          ty,
          shearDegrees: 0,
          flipHorizontal: flip === 1,
          flipVertical: false,
        }),
      );
      const start = index * 12 * PIXELS;
      const worst = result.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (expected[start + i] ?? Number.NaN))),
        0,
      );
      expect(worst).toBeLessThan(0.502);
    },
  );
});

describe('zoom and size', () => {
  const zoom = { flip: false, angleDegrees: 0, shearDegrees: 0, dx: 0, dy: 0 };
  const slope = Uint8Array.from({ length: PIXELS }, (_, pixel) => 5 * (pixel % SIZE));

  it('enlarges about the centre, by its own factor along each axis', () => {
    const target = new Uint8Array(PIXELS);
    changeBilinear(place(slope, 0), place(target, 0), { ...zoom, zoomX: 1.25, zoomY: 0.5 }, 'edge');
    for (let x = 0; x < SIZE; x++) {
      const source = Math.min(Math.max(23.5 + (x - 23.5) / 1.25, 0), 47);
      expect(Math.abs((target[7 * SIZE + x] ?? 0) - 5 * source)).toBeLessThan(0.51);
    }
  });

  it('makes a smaller picture of the whole image, centre on centre', () => {
    const small = new Uint8Array(32 * 32);
    const to = { pixels: small, offset: 0, size: 32 };
    changeBilinear(place(slope, 0), to, { ...zoom, ...NO_ZOOM }, 'edge');
    for (let x = 0; x < 32; x++)
      expect(Math.abs((small[9 * 32 + x] ?? 0) - 5 * (1.5 * (x + 0.5) - 0.5))).toBeLessThan(0.51);
  });

  it('needs bilinear interpolation', () => {
    expect(() => createOnlineAugmentation(1, { ...ranges, logScale: 0.1 }, 10)).toThrow(
      expect.objectContaining({ code: 'BAD_PARAMS' }),
    );
  });

  it('draws as much larger as smaller, and changes nothing of what was drawn before', () => {
    const wide = { ...ranges, logScale: 0.12, logAspect: 0.06 };
    const changes = Array.from({ length: 2000 }, (_, i) => ({
      wide: drawOnlineChange(randomForImage(1, 1, i), wide, SIZE),
      plain: drawOnlineChange(randomForImage(1, 1, i), ranges, SIZE),
    }));
    for (const { wide: one, plain } of changes)
      expect({ ...one, ...NO_ZOOM }).toEqual({ ...plain, ...NO_ZOOM });
    const logs = changes.map(({ wide: one }) => Math.log(one.zoomX * one.zoomY) / 2);
    expect(Math.max(...logs)).toBeCloseTo(0.12, 3);
    expect(Math.min(...logs)).toBeCloseTo(-0.12, 3);
    expect(Math.abs(logs.reduce((sum, log) => sum + log, 0) / logs.length)).toBeLessThan(0.005);
  });
});

describe('retouching', () => {
  const erasing = { probability: 0.35, minSide: 0.125, maxSide: 0.375, until: 0.85 };
  const toned = { ...ranges, logContrast: 0.2, brightness: 0.2, erasing };

  it('is not drawn where all is off', () => {
    expect(drawRetouch(randomForImage(1, 1, 1), ranges, true)).toBeUndefined();
  });

  it('erases its share of the images within its sides, and none after the last such epoch', () => {
    const drawn = Array.from({ length: 3000 }, (_, i) => drawRetouch(randomForImage(1, 1, i), toned, true));
    const boxes = drawn.flatMap((one) => one?.box ?? []);
    expect(Math.abs(boxes.length / drawn.length - 0.35)).toBeLessThan(0.03);
    for (const { left, top, width, height } of boxes) {
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(0.125);
      expect(Math.max(width, height)).toBeLessThanOrEqual(0.375);
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1);
    }
    const late = Array.from({ length: 500 }, (_, i) => drawRetouch(randomForImage(1, 1, i), toned, false));
    expect(late.every((one) => one !== undefined && one.box === undefined)).toBe(true);
    const erasesIn = (until: number, epochs: number, epoch: number): boolean => {
      const bilinear = { ...toned, erasing: { ...erasing, until }, interpolation: 'bilinear' } as const;
      const augment = createOnlineAugmentation(1, bilinear, epochs);
      return Array.from({ length: 40 }, (_, i) =>
        augment(place(faces, 0), place(new Uint8Array(PIXELS), 0), epoch, i),
      ).some((one) => one?.box !== undefined);
    };
    expect([8, 9].map((epoch) => erasesIn(0.85, 10, epoch))).toEqual([true, false]);
    expect([29, 30].map((epoch) => erasesIn(0.29, 100, epoch))).toEqual([true, false]);
  });

  it('multiplies, adds, and sets the box to 0 in every channel', () => {
    const image = new Float32Array(4 * 4 * 2).fill(1);
    retouch(image, 4, {
      contrast: 2,
      brightness: 0.5,
      box: { left: 0.25, top: 0.5, width: 0.5, height: 0.5 },
    });
    const rows = Array.from({ length: 4 }, (_, y) => [...image.subarray(8 * y, 8 * y + 8)]);
    const plain = Array(8).fill(2.5);
    expect(rows).toEqual([plain, plain, [2.5, 2.5, 0, 0, 0, 0, 2.5, 2.5], [2.5, 2.5, 0, 0, 0, 0, 2.5, 2.5]]);
  });
});

describe('drawing', () => {
  it('keeps to its ranges, reaches them, and flips about half', () => {
    const changes = Array.from({ length: 4000 }, (_, i) =>
      drawOnlineChange(randomForImage(1, 1, i), ranges, SIZE),
    );
    const span = (key: 'angleDegrees' | 'shearDegrees' | 'dx' | 'dy'): number[] => {
      const values = changes.map((c) => c[key]);
      return [Math.min(...values), Math.max(...values)].map((v) => Math.round(v * 10) / 10);
    };
    expect({
      angle: span('angleDegrees'),
      shear: span('shearDegrees'),
      dx: span('dx'),
      dy: span('dy'),
    }).toEqual({
      angle: [-5, 5],
      shear: [-10, 10],
      dx: [-10, 10],
      dy: [-10, 10],
    });
    const flips = changes.filter((c) => c.flip).length / changes.length;
    expect(Math.abs(flips - 0.5)).toBeLessThan(0.03);
  });

  it.each<[string, Augment]>([
    ['online', createOnlineAugmentation(42, ranges, 10)],
    [
      'online, bilinear',
      createOnlineAugmentation(42, { ...ranges, interpolation: 'bilinear', fill: 'edge' }, 10),
    ],
    ['baseline', createBaselineAugmentation(42)],
  ])('%s: an image depends on epoch and index alone, whatever came before', (_name, augment) => {
    const of = (epoch: number, index: number): string => {
      const target = new Uint8Array(PIXELS);
      augment(place(faces, 3), place(target, 0), epoch, index);
      return createHash('sha256').update(target).digest('hex');
    };
    const first = of(2, 5);
    expect(of(2, 6)).not.toBe(first);
    expect(of(3, 5)).not.toBe(first);
    expect(of(2, 5)).toBe(first);
  });

  it('all ranges 0 leave every image as it is', () => {
    const none = { ...ranges, flipProbability: 0, rotationDegrees: 0, shearDegrees: 0, translateFraction: 0 };
    for (const interpolation of ['nearest', 'bilinear'] as const) {
      const augment = createOnlineAugmentation(1, { ...none, interpolation }, 10);
      expect(
        Buffer.compare(
          changeFaces((from, to, i) => augment(from, to, 1, i)),
          faces,
        ),
      ).toBe(0);
    }
  });
});
