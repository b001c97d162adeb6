import type { LayersModel } from '../../engine/index.ts';

/** Channels that a model takes: 1 for gray, 3 for RGB. */
export function channelsOf(model: LayersModel): number {
  return model.inputs[0]?.shape.at(-1) ?? 3;
}

/**
 * RGB pixels to one gray channel, as Pillow does it (`convert('L')`, ITU-R 601 in 16-bit fixed point); equal channels
 * give their own value.
 */
export function toGray(rgb: Uint8Array | Uint8ClampedArray): Uint8Array {
  const gray = new Uint8Array(rgb.length / 3);
  for (let i = 0, at = 0; i < gray.length; i++, at += 3) {
    const [r = 0, g = 0, b = 0] = [rgb[at], rgb[at + 1], rgb[at + 2]];
    gray[i] = (r * 19_595 + g * 38_470 + b * 7_471 + 0x8000) >> 16;
  }
  return gray;
}
