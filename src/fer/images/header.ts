/** What the first bytes of an image file say about its pixels. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  /** True for one 8-bit channel of gray and nothing else. */
  readonly gray8: boolean;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Reads the header of a JPEG or PNG file; undefined when the bytes are neither. Decodes no pixel. */
export function readImageHeader(bytes: Buffer): ImageHeader | undefined {
  if (bytes.length >= 33 && bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return readPngHeader(bytes);
  if (bytes.length >= 4 && bytes[0] === 0xff && bytes[1] === 0xd8) return readJpegHeader(bytes);
  return undefined;
}

/** PNG, section 11.2.2: IHDR is the first chunk. */
function readPngHeader(bytes: Buffer): ImageHeader | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  return { format: 'png', width, height, gray8: bytes[24] === 8 && bytes[25] === 0 };
}

/** JPEG (ITU-T T.81, annex B): segments up to the frame header, which has the size. */
function readJpegHeader(bytes: Buffer): ImageHeader | undefined {
  for (const segment of jpegSegments(bytes)) {
    if (!isFrameMarker(segment.marker) || segment.end - segment.start < 6) continue;
    const precision = bytes[segment.start];
    const channels = bytes[segment.start + 5];
    return {
      format: 'jpeg',
      width: bytes.readUInt16BE(segment.start + 3),
      height: bytes.readUInt16BE(segment.start + 1),
      gray8: precision === 8 && channels === 1,
    };
  }
  return undefined;
}

/** One marker segment of a JPEG: where its payload begins and ends in the file. */
export interface JpegSegment {
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

/** The start-of-scan marker. */
export const SOS = 0xda;

/**
 * The segments from the start of the file to the first start-of-scan, that one included; stops where they break off.
 * Fill bytes and whatever else lies between segments are passed over, as libjpeg does.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment> {
  let at = 2;
  while (at >= 0 && at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      at = bytes.indexOf(0xff, at);
      continue;
    }
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff || marker === 0) {
      at++;
      continue;
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return;
    yield { marker, start: at + 4, end };
    if (marker === SOS) return;
    at = end;
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie between them. */
export function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
