import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeProvenance } from '../../src/fer/data/provenance.ts';
import { IMAGE_SIDE, toRgb, writeNpy } from '../../src/fer/index.ts';
import { drawPictures } from '../runner/pictures.ts';

/** Writes a packed split as stage `to-rgb` does, of pictures whose class is the direction of their stripes. */
export function writeSplit(folder: string, count: number, seed: number): void {
  mkdirSync(folder, { recursive: true });
  const shape = [count, IMAGE_SIDE, IMAGE_SIDE, 3];
  const images = toRgb(drawPictures(count, seed));
  writeNpy(join(folder, 'images.npy'), { dtype: 'uint8', shape, data: images });
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 7);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [count], data: labels });
  const record = { origin: 'original', source: 'drawn', encoding: ['drawn'] } as const;
  writeProvenance(folder, new Array(count).fill(record));
}
