import type { Random } from '../../kit/index.ts';
import type { Rgb } from './parameters.ts';

/** Skin from light to dark, hair, eyes: natural colours, so that the gray image has natural contrasts. */
export const SKINS: readonly Rgb[] = [
  [246, 222, 202],
  [238, 203, 176],
  [224, 182, 148],
  [201, 154, 117],
  [170, 122, 88],
  [134, 92, 64],
  [100, 67, 47],
];
export const HAIRS: readonly Rgb[] = [
  [30, 26, 26],
  [58, 42, 34],
  [94, 66, 46],
  [140, 98, 60],
  [196, 156, 98],
  [226, 200, 150],
  [158, 76, 44],
  [170, 170, 172],
  [222, 222, 224],
];
export const IRISES: readonly Rgb[] = [
  [66, 44, 30],
  [92, 66, 40],
  [72, 98, 74],
  [78, 112, 146],
  [100, 104, 108],
];

/** Every channel times `factor`, kept within 0 to 255. */
export function shade(colour: Rgb, factor: number): Rgb {
  return [clampByte(colour[0] * factor), clampByte(colour[1] * factor), clampByte(colour[2] * factor)];
}

/** `a` at t = 0, `b` at t = 1. */
export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** Brightness of a colour as ITU-R BT.601 weighs it, as Pillow's mode L does: 0 to 255. */
export function luminance(colour: Rgb): number {
  return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
}

/** A colour of any brightness with little saturation. */
export function dullColour(random: Random): Rgb {
  const level = random.uniform(12, 240);
  const tint = (): number => clampByte(level + random.uniform(-28, 28));
  return [tint(), tint(), tint()];
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, value));
}
