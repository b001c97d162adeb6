import { isFrameMarker, jpegSegments, SOS } from './header.ts';

const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const APP1 = 0xe1;
const SOF_BASELINE = 0xc0;
const BLOCK = 8;

/** The parts of a gray baseline JPEG of which a strip is made. */
export interface JpegParts {
  readonly width: number;
  readonly height: number;
  /** Tables, frame and scan header without the height: equal for images that can share a strip. */
  readonly key: string;
  readonly tables: readonly Buffer[];
  readonly frame: Buffer;
  readonly scanHeader: Buffer;
  /** The entropy-coded data. */
  readonly scan: Buffer;
}

/**
 * Takes a JPEG apart, or gives undefined for one that cannot share a strip: colour, progressive, with restarts of
 * its own, of sides that are no multiple of 8, perhaps to be turned, or damaged.
 */
export function splitJpeg(bytes: Buffer): JpegParts | undefined {
  const tables: Buffer[] = [];
  let frame: Buffer | undefined;
  for (const { marker, start, end } of jpegSegments(bytes)) {
    const segment = bytes.subarray(start - 4, end);
    if (marker === DQT || marker === DHT) tables.push(segment);
    else if (marker === SOF_BASELINE) frame = segment;
    else if (standsAlone(marker, segment)) return undefined;
    else if (marker === SOS)
      return frame && partsOf({ tables, frame, scanHeader: segment, rest: bytes.subarray(end) });
  }
  return undefined;
}

/** Another coding, restarts of its own, or to be turned: the general decoder's. */
function standsAlone(marker: number, segment: Buffer): boolean {
  if (marker === DRI || isFrameMarker(marker)) return true;
  return marker === APP1 && segment.toString('latin1', 4, 8) === 'Exif' && mayTurn(segment);
}

/**
 * EXIF's entry for an image that is upright (tag 0x0112, one SHORT, 1) in either order of bytes; the tag comes first.
 */
const UPRIGHT_ENTRIES = ['01120003000000010001', '12010300010000000100'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/**
 * False when the tag for the orientation is nowhere, or only where it says upright. Bytes that look like it count as
 * it.
 */
function mayTurn(exif: Buffer): boolean {
  return UPRIGHT_ENTRIES.some((upright) => {
    const tag = upright.subarray(0, 2);
    for (let at = exif.indexOf(tag); at >= 0; at = exif.indexOf(tag, at + 1))
      if (!exif.subarray(at, at + upright.length).equals(upright)) return true;
    return false;
  });
}

function partsOf(found: {
  tables: readonly Buffer[];
  frame: Buffer;
  scanHeader: Buffer;
  rest: Buffer;
}): JpegParts | undefined {
  const { tables, frame, scanHeader, rest } = found;
  if (frame.length < 13 || frame[9] !== 1) return undefined;
  const height = frame.readUInt16BE(5);
  const width = frame.readUInt16BE(7);
  if (height === 0 || height % BLOCK !== 0 || width === 0 || width % BLOCK !== 0) return undefined;
  const scan = rest.subarray(0, -2);
  if (!endsAtFirstMarker(rest)) return undefined;
  const key = Buffer.concat([...tables, frame, scanHeader]).toString('latin1');
  return { width, height, key, tables, frame, scanHeader, scan };
}

/** True when the only marker in the data is the end-of-image at its very end. */
function endsAtFirstMarker(rest: Buffer): boolean {
  let at = rest.indexOf(0xff);
  while (at >= 0 && rest[at + 1] === 0) at = rest.indexOf(0xff, at + 2);
  return at >= 0 && at === rest.length - 2 && rest[at + 1] === 0xd9;
}

/**
 * Joins JPEGs of one key into one tall JPEG, image under image, without decoding anything: each image becomes one
 * restart interval (ITU-T T.81, F.1.1.5.2), at whose start the predictor is reset just as at the start of a file.
 * Every pixel decodes to what it decodes to alone. Opening and closing a decoder costs far more than 36 blocks.
 */
export function joinJpegs(parts: readonly [JpegParts, ...JpegParts[]]): Buffer {
  const { width, height, tables, frame, scanHeader } = parts[0];
  const tallFrame = Buffer.from(frame);
  tallFrame.writeUInt16BE(height * parts.length, 5);
  const interval = Buffer.from([0xff, DRI, 0, 4, 0, 0]);
  interval.writeUInt16BE((width / BLOCK) * (height / BLOCK), 4);
  const pieces: Buffer[] = [Buffer.from([0xff, 0xd8]), ...tables, tallFrame, interval, scanHeader];
  parts.forEach((part, i) => {
    if (i > 0) pieces.push(Buffer.from([0xff, 0xd0 + ((i - 1) % 8)]));
    pieces.push(part.scan);
  });
  pieces.push(Buffer.from([0xff, 0xd9]));
  return Buffer.concat(pieces);
}
