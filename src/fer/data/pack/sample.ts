import { compareBytes } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';
import { IMAGE_PIXELS } from '../dataset.ts';
import type { NewImage } from '../image-folder.ts';
import { type LoadedPixels, loadPixels, pixelKey, pixelsAt } from '../pixels.ts';
import type { DataReporting } from '../progress.ts';
import { type ImageProvenance, readProvenance } from '../provenance.ts';
import type { RawImage } from '../splits.ts';

/** One image on its way into a split. */
export interface Sample {
  readonly label: number;
  /** Gray, 48 x 48. */
  readonly pixels: Uint8Array;
  /** Equal for samples of equal pixels. */
  readonly key: string;
  readonly provenance: ImageProvenance;
}

/** Samples of one source folder. */
export interface LoadedSamples {
  readonly samples: readonly Sample[];
  readonly converted: LoadedPixels['converted'];
}

/** Decodes original images. */
export async function loadOriginals(
  folder: string,
  images: readonly RawImage[],
  reporting: DataReporting,
): Promise<LoadedSamples> {
  const paths = images.map((image) => image.path);
  const { pixels, encodings, converted } = await loadPixels(folder, paths, {
    ...reporting,
    text: 'reading originals',
  });
  const samples = images.map(({ label, path }, i) => ({
    label,
    pixels: pixelsAt(pixels, i),
    key: pixelKey(pixelsAt(pixels, i)),
    provenance: { origin: 'original' as const, source: path, encoding: encodings[i] ?? [] },
  }));
  return { samples, converted };
}

/** What inject and augment say about each image, as far as it matters here. */
interface NewImageRecord extends NewImage {
  readonly parent?: string;
  readonly encoding?: readonly string[];
}

/** Decodes the new images of stage `inject` or `augment`, sorted by label, then name. */
export async function loadNewImages(
  folder: string,
  origin: 'injected' | 'augmented',
  reporting: DataReporting,
): Promise<LoadedSamples> {
  const records = [...readProvenance<NewImageRecord>(folder)].sort(
    (a, b) => CLASSES.indexOf(a.class) - CLASSES.indexOf(b.class) || compareBytes(a.path, b.path),
  );
  const paths = records.map((record) => record.path);
  const { pixels, converted } = await loadPixels(folder, paths, {
    ...reporting,
    text: `reading ${origin} images`,
  });
  const samples = records.map(({ class: name, path, parent, encoding }, i) => ({
    label: CLASSES.indexOf(name),
    pixels: pixelsAt(pixels, i),
    key: pixelKey(pixelsAt(pixels, i)),
    provenance: {
      origin,
      source: `${origin}/${path}`,
      ...(parent === undefined ? {} : { parent }),
      encoding: encoding ?? ['png'],
    },
  }));
  return { samples, converted };
}

/** The pixels of all samples in one array, `[n, 48 * 48]`. */
export function stackPixels(samples: readonly Sample[]): Uint8Array {
  const all = new Uint8Array(samples.length * IMAGE_PIXELS);
  samples.forEach((sample, i) => {
    all.set(sample.pixels, i * IMAGE_PIXELS);
  });
  return all;
}
