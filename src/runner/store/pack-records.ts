import type { Digest } from '../../kit/index.ts';
import { type Extent, type Pack, readExtents } from './pack-file.ts';
import { HEAD_BYTES, headDigest } from './pack-format.ts';
import type { PackWriter } from './pack-writer.ts';

/** An object in a pack. */
export interface PackedRecord extends Extent {
  readonly digest: Digest;
}

/** The records of a pack in their order. */
export function* recordsOf(pack: Pack): Generator<PackedRecord> {
  for (let row = 0; row < pack.count; row++) {
    const digest = headDigest(pack.index, row * HEAD_BYTES);
    yield { digest, offset: pack.offsetAt(row), size: pack.sizeAt(row) };
  }
}

/** Writes the records that `keep` wants; returns the name of the new pack, or undefined when there was none. */
export function copyRecords(
  path: string,
  records: Iterable<PackedRecord>,
  writer: PackWriter,
  keep: (digest: Digest, bytes: Buffer) => boolean,
): string | undefined {
  // What looks like a record may be part of an index: that of an empty object is a good record indeed.
  const seen = new Set<Digest>();
  try {
    for (const { extent, bytes } of readExtents(path, records)) {
      if (seen.has(extent.digest) || !keep(extent.digest, bytes)) continue;
      seen.add(extent.digest);
      writer.add(extent.digest, bytes);
    }
    if (writer.count > 0) return writer.finishSync();
    writer.abort();
    return undefined;
  } catch (error) {
    writer.abort();
    throw error;
  }
}
