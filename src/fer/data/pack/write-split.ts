import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { explainWriteError } from '../../../kit/index.ts';
import { grayMoments, reencodeJpeg } from '../../images/index.ts';
import { CLASSES, type ClassName } from '../../params/index.ts';
import { countPerClass, type PerClass } from '../class-names.ts';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../dataset.ts';
import { openNpyWriter, writeNpy } from '../npy/index.ts';
import { ORIGINS, type Origin, writeProvenance } from '../provenance.ts';
import { type Sample, stackPixels } from './sample.ts';

/** Gray levels of pixels, from 0 to 255. */
interface GrayReport {
  readonly mean: number;
  readonly deviation: number;
}

/** What metrics say about one packed split. */
export interface SplitReport {
  readonly total: number;
  readonly classes: PerClass;
  /** Images per origin, and per class and origin. */
  readonly origins: Readonly<Record<Origin, number>>;
  readonly classOrigins: Readonly<Record<ClassName, Readonly<Record<Origin, number>>>>;
  /** Mean and standard deviation of all pixels, in gray levels. */
  readonly gray: GrayReport;
  /** The same by class: a class that is brighter than the others can be told without looking at a face. */
  readonly classGray: Readonly<Record<ClassName, GrayReport>>;
  /** JPEG quality at which JPEG sources were re-encoded, and how many were. */
  readonly jpegQuality: number | null;
  readonly reencoded: number;
  /** SHA-256 of the data of `images.npy`: equal digests, equal pixels. */
  readonly pixelDigest: string;
}

/** Images that become RGB at a time. */
const CHUNK = 2048;

/**
 * Writes one split: `images.npy` uint8 `[n, 48, 48, 3]` with three equal channels, `labels.npy` uint8 `[n]` and
 * `provenance.json`, in the order of the samples. With a quality, samples that came as JPEG go through JPEG once
 * more, as in the paper; PNG stays as it is. Throws NO_SPACE or STORE_UNWRITABLE.
 */
export async function writeSplit(
  folder: string,
  samples: readonly Sample[],
  jpegQuality: number | null,
): Promise<SplitReport> {
  clear(folder);
  const reencode = jpegQuality === null ? [] : samples.filter(isJpeg);
  const gray = stackPixels(samples);
  if (jpegQuality !== null) await reencodeInPlace(gray, samples, jpegQuality);
  const writer = openNpyWriter(join(folder, 'images.npy'), {
    dtype: 'uint8',
    shape: [samples.length, IMAGE_SIDE, IMAGE_SIDE, 3],
  });
  let pixelDigest: string;
  try {
    for (let first = 0; first < gray.length; first += CHUNK * IMAGE_PIXELS)
      writer.append(toRgb(gray.subarray(first, first + CHUNK * IMAGE_PIXELS)));
    pixelDigest = writer.finish();
  } finally {
    writer.abort();
  }
  const labels = Uint8Array.from(samples, (sample) => sample.label);
  writeNpy(join(folder, 'labels.npy'), { dtype: 'uint8', shape: [samples.length], data: labels });
  writeProvenance(folder, recordsOf(samples, jpegQuality));
  return {
    ...countSamples(samples),
    gray: grayReport(gray),
    classGray: grayByClass(gray, labels),
    jpegQuality,
    reencoded: reencode.length,
    pixelDigest,
  };
}

function clear(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    throw explainWriteError(error, folder);
  }
}

/** True for samples whose file is a JPEG; injected images were saved as PNG, whatever they had been. */
function isJpeg({ provenance }: Sample): boolean {
  return provenance.origin === 'original' && provenance.encoding[0] === 'jpeg';
}

async function reencodeInPlace(gray: Uint8Array, samples: readonly Sample[], quality: number): Promise<void> {
  const indices = samples.flatMap((sample, i) => (isJpeg(sample) ? [i] : []));
  for (let first = 0; first < indices.length; first += CHUNK) {
    const chunk = indices.slice(first, first + CHUNK);
    const rgb = new Uint8Array(chunk.length * IMAGE_PIXELS * 3);
    chunk.forEach((index, i) => {
      const own = gray.subarray(index * IMAGE_PIXELS, (index + 1) * IMAGE_PIXELS);
      rgb.set(toRgb(own), i * IMAGE_PIXELS * 3);
    });
    const again = await reencodeJpeg({ data: rgb, count: chunk.length, side: IMAGE_SIDE }, quality);
    chunk.forEach((index, i) => {
      for (let p = 0; p < IMAGE_PIXELS; p++)
        gray[index * IMAGE_PIXELS + p] = again[(i * IMAGE_PIXELS + p) * 3] ?? 0;
    });
  }
}

/** Gray as three equal channels. */
export function toRgb(gray: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(gray.length * 3);
  for (let i = 0, at = 0; i < gray.length; i++, at += 3) {
    const value = gray[i] ?? 0;
    rgb[at] = value;
    rgb[at + 1] = value;
    rgb[at + 2] = value;
  }
  return rgb;
}

function recordsOf(samples: readonly Sample[], quality: number | null): readonly unknown[] {
  if (quality === null) return samples.map((sample) => sample.provenance);
  return samples.map((sample) =>
    isJpeg(sample)
      ? { ...sample.provenance, encoding: [...sample.provenance.encoding, `jpeg-q${quality}`] }
      : sample.provenance,
  );
}

function countSamples(
  samples: readonly Sample[],
): Pick<SplitReport, 'total' | 'classes' | 'origins' | 'classOrigins'> {
  const originsOf = (some: readonly Sample[]): Record<Origin, number> =>
    Object.fromEntries(
      ORIGINS.map((origin) => [origin, some.filter((s) => s.provenance.origin === origin).length]),
    ) as Record<Origin, number>;
  const classOrigins = Object.fromEntries(
    CLASSES.map((name, label) => [name, originsOf(samples.filter((sample) => sample.label === label))]),
  ) as Record<ClassName, Record<Origin, number>>;
  return {
    total: samples.length,
    classes: countPerClass(samples.map((sample) => sample.label)),
    origins: originsOf(samples),
    classOrigins,
  };
}

/** An empty class has neither mean nor deviation: 0. */
function grayReport(pixels: Uint8Array): GrayReport {
  const { mean, deviation } = pixels.length === 0 ? { mean: 0, deviation: 0 } : grayMoments(pixels);
  return { mean: round(mean), deviation: round(deviation) };
}

/** Samples are sorted by label, so that the pixels of a class follow one another. */
function grayByClass(gray: Uint8Array, labels: Uint8Array): SplitReport['classGray'] {
  return Object.fromEntries(
    CLASSES.map((name, label) => {
      const first = Math.max(0, labels.indexOf(label));
      const pixels = gray.subarray(first * IMAGE_PIXELS, (labels.lastIndexOf(label) + 1) * IMAGE_PIXELS);
      return [name, grayReport(pixels)];
    }),
  ) as Record<ClassName, GrayReport>;
}

/** Enough digits for a metric, few enough to read. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
