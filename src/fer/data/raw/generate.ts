import { classCounts, FER2013_COUNTS, generateFaces, labelsFor } from '../../faces/index.ts';
import { encodeGrayPng } from '../../images/index.ts';
import type { Params } from '../../params/index.ts';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../dataset.ts';
import type { DataReporting } from '../progress.ts';
import { refuseTooMany } from '../too-many.ts';
import type { Usage } from './csv.ts';
import { imageName } from './import-csv.ts';
import type { RawWriter } from './writer.ts';

/**
 * Draws the embedded data set: three parts whose classes are as uneven as FER2013's, each from its own stream, so
 * that another size of one part leaves the others' images as they are.
 */
export async function generateRaw(
  params: Params['download']['generated'],
  seed: number,
  writer: RawWriter,
  { onProgress }: DataReporting,
): Promise<void> {
  const parts: readonly { usage: Usage; count: number; shares: readonly number[] }[] = [
    { usage: 'Training', count: params.train, shares: FER2013_COUNTS.train },
    { usage: 'PublicTest', count: params.validation, shares: FER2013_COUNTS.test },
    { usage: 'PrivateTest', count: params.test, shares: FER2013_COUNTS.test },
  ];
  const total = params.train + params.validation + params.test;
  refuseTooMany('download.generated', total);
  let before = 0;
  for (const { usage, count, shares } of parts) {
    const labels = labelsFor(classCounts(count, shares));
    const faces = await generateFaces({
      seed: `${seed}/${usage}`,
      style: 'first',
      difficulty: params.difficulty,
      labels,
      onProgress: (done) => onProgress?.({ done: before + done, total, unit: 'image' }),
    });
    before += count;
    labels.forEach((label, i) => {
      const pixels = faces.images.subarray(i * IMAGE_PIXELS, (i + 1) * IMAGE_PIXELS);
      const png = encodeGrayPng({ width: IMAGE_SIDE, height: IMAGE_SIDE, pixels });
      writer.write(
        { part: usage === 'Training' ? 'train' : 'test', label, name: imageName(usage, i + 1) },
        png,
      );
    });
  }
}
