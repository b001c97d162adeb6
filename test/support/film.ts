import { writeFileSync } from 'node:fs';
import sharp from 'sharp';

/** Writes a picture of even sides as a film of ten equal frames (YUV4MPEG2, 4:2:0), for a browser's camera. */
export async function writeFilm(path: string, picture: Buffer): Promise<void> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const plane = (step: number, of: (r: number, g: number, b: number) => number): Uint8Array =>
    Uint8Array.from({ length: (width / step) * (height / step) }, (_, i) => {
      const at = 3 * (step * Math.floor(i / (width / step)) * width + step * (i % (width / step)));
      return Math.round(of(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0));
    });
  // ITU-R BT.601, studio range.
  const frame = Buffer.concat([
    Buffer.from('FRAME\n'),
    plane(1, (r, g, b) => 16 + 0.257 * r + 0.504 * g + 0.098 * b),
    plane(2, (r, g, b) => 128 - 0.148 * r - 0.291 * g + 0.439 * b),
    plane(2, (r, g, b) => 128 + 0.439 * r - 0.368 * g - 0.071 * b),
  ]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`);
  writeFileSync(path, Buffer.concat([head, ...Array.from({ length: 10 }, () => frame)]));
}
