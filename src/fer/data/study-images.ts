import type { Params } from '../params/index.ts';
import { loadPixels, pixelKeys } from './pixels.ts';
import type { DataReporting } from './progress.ts';
import { listRawImages } from './raw/index.ts';
import { assignSplits, requireWholeSplits, type Splits } from './splits.ts';

/**
 * The splits of `data/raw`. Throws DATA_LAYOUT when a class is missing in train, in test, or among named validation
 * images.
 */
export function splitRawImages(folder: string, split: Params['split'], seed: number): Splits {
  const splits = assignSplits(listRawImages(folder), split, seed);
  requireWholeSplits(splits, folder);
  return splits;
}

/** The pixel keys of every validation and test image: what no training image may equal. */
export async function loadHeldBackKeys(
  folder: string,
  splits: Splits,
  reporting: DataReporting,
): Promise<ReadonlySet<string>> {
  return new Set(pixelKeys(await loadHeldBackPixels(folder, splits, reporting)));
}

/** The pixels of every validation and test image, gray, `[n, 48 * 48]`. */
export async function loadHeldBackPixels(
  folder: string,
  splits: Splits,
  reporting: DataReporting,
): Promise<Uint8Array> {
  const paths = new Set([...splits.validation, ...splits.test].map((image) => image.path));
  const { pixels } = await loadPixels(folder, [...paths], {
    ...reporting,
    text: 'reading validation and test',
  });
  return pixels;
}
