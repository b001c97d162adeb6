import { jpegSegments, SOS } from './header.ts';

/** Frames whose coefficients come in one go, first to last: baseline and extended, Huffman-coded. */
const SEQUENTIAL = new Set([0xc0, 0xc1]);
/** Ss, Se, Ah and Al of a scan of such a frame: the only values that ITU-T T.81 allows (table B.3). */
const WHOLE_SCAN = [0, 63, 0];

/**
 * A JPEG without the faults of its header that no decoder minds but every one warns of: bytes between segments, and
 * scan headers of cameras that write Se = 0. Undefined for a file that has none of them, or is no JPEG. The picture
 * data are left as they are, so that a damaged picture stays one.
 */
export function mendJpeg(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const pieces = [bytes.subarray(0, 2)];
  let sequential = false;
  for (const { marker, start, end } of jpegSegments(bytes)) {
    const segment = Buffer.from(bytes.subarray(start - 4, end));
    pieces.push(segment);
    if (SEQUENTIAL.has(marker)) sequential = true;
    if (marker !== SOS) continue;
    if (sequential && segment.length > WHOLE_SCAN.length) segment.set(WHOLE_SCAN, segment.length - 3);
    const mended = Buffer.concat([...pieces, bytes.subarray(end)]);
    return mended.equals(bytes) ? undefined : mended;
  }
  return undefined;
}
