import { encodeGrayPng } from '../../images/index.ts';
import { IMAGE_SIDE } from '../dataset.ts';
import type { DataReporting } from '../progress.ts';
import { readFerCsv, type Usage } from './csv.ts';
import { requireEveryClass } from './listing.ts';
import type { RawWriter } from './writer.ts';

/** A CSV to read. */
export interface CsvSource {
  readonly stream: AsyncIterable<Buffer>;
  /** What messages call it. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** FER2013's own name for an image: its usage, then the number of its row. */
export function imageName(usage: Usage, number: number): string {
  return `${usage}_${String(number).padStart(8, '0')}.png`;
}

/** Writes each row of FER2013's CSV as a PNG. Throws as readFerCsv does, and DATA_LAYOUT when a class is missing. */
export async function importCsv(
  { stream, name, sizeBytes }: CsvSource,
  writer: RawWriter,
  { onProgress }: DataReporting,
): Promise<void> {
  const placed: { part: 'train' | 'test'; label: number }[] = [];
  let readBytes = 0;
  const counted = count(stream, (bytes) => {
    readBytes += bytes;
    onProgress?.({ done: Math.min(readBytes, sizeBytes), total: sizeBytes, unit: 'byte' });
  });
  for await (const { usage, label, row, pixels } of readFerCsv(counted, name)) {
    const part = usage === 'Training' ? 'train' : 'test';
    placed.push({ part, label });
    const png = encodeGrayPng({ width: IMAGE_SIDE, height: IMAGE_SIDE, pixels });
    writer.write({ part, label, name: imageName(usage, row) }, png);
  }
  requireEveryClass(placed, name);
}

async function* count(
  stream: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    onBytes(chunk.length);
    yield chunk;
  }
}
