import { createRandom, type Random } from '../../kit/index.ts';
import type { FaceParameters } from './parameters.ts';

/** Pixels of one picture: [side, side, channels], row by row. */
export interface Picture {
  readonly side: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** What light and camera do to a clean picture: shading, vignette, blur, contrast and noise, in this order. */
export function expose(picture: Picture, face: FaceParameters, noise: Random): Picture {
  const lit = applyLight(picture, face);
  // Blur is given in pixels of the 48 x 48 image.
  const sharpLess = blur(lit, picture.side, picture.channels, (face.sensor.blur * picture.side) / 48);
  const { contrast, brightness, noise: sd } = face.sensor;
  const pixels = new Uint8Array(sharpLess.length);
  for (let i = 0; i < sharpLess.length; i++) {
    const value = ((sharpLess[i] ?? 0) - 128) * contrast + 128 + brightness + sd * roughNormal(noise);
    pixels[i] = Math.min(255, Math.max(0, Math.round(value)));
  }
  return { ...picture, pixels };
}

/** The stream of the noise of one image. */
export function noiseStream(seed: number | string, style: string, index: number): Random {
  return createRandom(seed, 'face', style, index, 'noise');
}

/**
 * Nearly normal, mean 0 and standard deviation 1: the sum of the four bytes of one draw (Irwin and Hall). Its
 * tails end at 3.5; it costs a fifth of an exact normal, and noise is most of the numbers that an image needs.
 */
function roughNormal(random: Random): number {
  const bits = random.uint32();
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / FOUR_BYTES_DEVIATION;
}

/** Of the sum of four independent uniform bytes. */
const FOUR_BYTES_DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12);

function applyLight(picture: Picture, face: FaceParameters): Float32Array {
  const { side, channels, pixels } = picture;
  const { x, y, vignette } = face.light;
  const lit = new Float32Array(pixels.length);
  const half = side / 2;
  let i = 0;
  for (let row = 0; row < side; row++) {
    const v = (row + 0.5 - half) / half;
    for (let column = 0; column < side; column++) {
      const u = (column + 0.5 - half) / half;
      const factor = (1 + x * u + y * v) * (1 - (vignette * (u * u + v * v)) / 2);
      for (let c = 0; c < channels; c++, i++) lit[i] = (pixels[i] ?? 0) * factor;
    }
  }
  return lit;
}

/** Gaussian blur, rows then columns, edges repeated. */
function blur(pixels: Float32Array, side: number, channels: number, sigma: number): Float32Array {
  if (sigma < 0.15) return pixels;
  const kernel = gaussian(sigma);
  const rows = convolve(pixels, side, kernel, { step: channels, line: side * channels, channels });
  return convolve(rows, side, kernel, { step: side * channels, line: channels, channels });
}

function convolve(
  from: Float32Array,
  side: number,
  kernel: Float32Array,
  stride: { step: number; line: number; channels: number },
): Float32Array {
  const to = new Float32Array(from.length);
  const radius = (kernel.length - 1) / 2;
  for (let line = 0; line < side; line++) {
    for (let k = 0; k < side; k++) {
      for (let c = 0; c < stride.channels; c++) {
        const base = line * stride.line + c;
        let sum = 0;
        for (let j = -radius; j <= radius; j++) {
          const at = Math.min(side - 1, Math.max(0, k + j));
          sum += (kernel[j + radius] ?? 0) * (from[base + at * stride.step] ?? 0);
        }
        to[base + k * stride.step] = sum;
      }
    }
  }
  return to;
}

function gaussian(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((s, k) => s + k, 0);
  return kernel.map((k) => k / sum);
}
