import { refuseTooLarge, UnreadableImage } from './unreadable.ts';

/** Pixels row by row, one channel of gray or RGB. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** What the headers say (BITMAPFILEHEADER and BITMAPINFOHEADER, in whatever version). */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** The first row in the file is the top one. */
  readonly fromTop: boolean;
  readonly bits: number;
  /** Where the pixels begin in the file. */
  readonly pixelsAt: number;
  readonly paletteAt: number;
  readonly colours: number;
}

const INFO_HEADER_BYTES = 40;
/** The masks of 32-bit pixels, if they say so at all: blue, green, red, unused, as they are without. */
const USUAL_MASKS = [0xff0000, 0xff00, 0xff];
const WITH_MASKS = 3;

/**
 * Decodes an uncompressed BMP of 1, 4, 8, 24 or 32 bits, which libvips does not read; alpha is ignored. Undefined for
 * what is no BMP. Throws UnreadableImage for a damaged one, another kind and one that is too large.
 */
export function decodeBmp(bytes: Buffer): RawImage | undefined {
  if (bytes.toString('latin1', 0, 2) !== 'BM') return undefined;
  const header = readHeader(bytes);
  const { width, height, bits } = header;
  refuseTooLarge(width * height);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (header.pixelsAt + rowBytes * height > bytes.length) throw damaged();
  const palette = bits <= 8 ? paletteOf(bytes, header) : undefined;
  const isGray = palette?.every(([red, green, blue]) => red === green && green === blue) === true;
  const channels = isGray ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = header.pixelsAt + (header.fromTop ? y : height - 1 - y) * rowBytes;
    const row = bytes.subarray(start, start + rowBytes);
    const out = data.subarray(y * width * channels, (y + 1) * width * channels);
    if (palette === undefined) copyRow(row, bits / 8, out);
    else lookUpRow(row, { bits, palette, channels }, out);
  }
  return { width, height, channels, data };
}

function readHeader(bytes: Buffer): BmpHeader {
  if (bytes.length < 14 + INFO_HEADER_BYTES) throw damaged();
  const size = bytes.readUInt32LE(14);
  if (size < INFO_HEADER_BYTES) throw notRead(`a header of ${size} bytes`);
  if (14 + size > bytes.length) throw damaged();
  const [width, rows] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const [bits, compression, colours] = [
    bytes.readUInt16LE(28),
    bytes.readUInt32LE(30),
    bytes.readUInt32LE(46),
  ];
  if (width < 1 || rows === 0) throw damaged();
  const usual = USUAL_MASKS.every((mask, i) => bytes.length >= 66 && bytes.readUInt32LE(54 + 4 * i) === mask);
  const isRead =
    compression === 0 ? [1, 4, 8, 24, 32].includes(bits) : compression === WITH_MASKS && usual && bits === 32;
  if (!isRead) throw notRead(`${bits} bits, compression ${compression}`);
  const pixelsAt = bytes.readUInt32LE(10);
  if (pixelsAt < 14 + size) throw damaged();
  const most = 2 ** Math.min(bits, 8);
  return {
    width,
    height: Math.abs(rows),
    fromTop: rows < 0,
    bits,
    pixelsAt,
    paletteAt: 14 + size,
    colours: colours === 0 ? most : Math.min(colours, most),
  };
}

/** RGB of each colour; the file has blue, green, red and a byte without meaning. */
function paletteOf(bytes: Buffer, { paletteAt, colours }: BmpHeader): readonly (readonly number[])[] {
  if (paletteAt + 4 * colours > bytes.length) throw damaged();
  return Array.from({ length: colours }, (_, i) =>
    [...bytes.subarray(paletteAt + 4 * i, paletteAt + 4 * i + 3)].reverse(),
  );
}

function copyRow(row: Uint8Array, step: number, rgb: Uint8Array): void {
  for (let from = 0, to = 0; to < rgb.length; from += step, to += 3) {
    rgb[to] = row[from + 2] ?? 0;
    rgb[to + 1] = row[from + 1] ?? 0;
    rgb[to + 2] = row[from] ?? 0;
  }
}

/** Several indices share a byte, the first in the upper bits. */
function lookUpRow(
  row: Uint8Array,
  { bits, palette, channels }: { bits: number; palette: readonly (readonly number[])[]; channels: number },
  out: Uint8Array,
): void {
  const [perByte, mask] = [8 / bits, 2 ** bits - 1];
  for (let x = 0; x * channels < out.length; x++) {
    const byte = row[Math.floor(x / perByte)] ?? 0;
    const colour = palette[(byte >> (8 - bits * ((x % perByte) + 1))) & mask];
    if (colour === undefined) throw damaged();
    for (let c = 0; c < channels; c++) out[x * channels + c] = colour[c] ?? 0;
  }
}

function notRead(kind: string): UnreadableImage {
  return new UnreadableImage(`it is a BMP of a kind that is not read (${kind})`);
}

function damaged(): UnreadableImage {
  return new UnreadableImage('a part of its picture (bmp) is missing or damaged');
}
