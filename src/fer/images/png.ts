import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** One 8-bit gray image, row by row. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Writes gray pixels as PNG, lossless, without compression: the bytes are then the same on every machine (deflate
 * libraries differ), and an image of the study takes one block of the disk either way.
 */
export function encodeGrayPng({ width, height, pixels }: GrayImage): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, gray, deflate, filter method 0, not interlaced
  const rows = Buffer.alloc((width + 1) * height); // each row begins with its filter type, 0: none
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 0 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/**
 * Reads a PNG of the very form that encodeGrayPng writes, some 50 times faster than a general decoder. Undefined for
 * any other file, damaged ones included: those are the general decoder's to read or to refuse.
 */
export function decodePlainPng(bytes: Buffer): GrayImage | undefined {
  if (bytes.length < 57 || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const dataBytes = bytes.readUInt32BE(33);
  const plain = bytes.subarray(24, 29).equals(Buffer.from([8, 0, 0, 0, 0]));
  const oneChunk = bytes.toString('latin1', 37, 41) === 'IDAT' && bytes.length === 41 + dataBytes + 16;
  if (!plain || !oneChunk) return undefined;
  if (crc32(bytes.subarray(37, 41 + dataBytes)) !== bytes.readUInt32BE(41 + dataBytes)) return undefined;
  const rows = inflate(bytes.subarray(41, 41 + dataBytes), (width + 1) * height);
  return rows === undefined ? undefined : stripFilters(rows, width, height);
}

function inflate(data: Buffer, expectedBytes: number): Buffer | undefined {
  try {
    const rows = inflateSync(data, { maxOutputLength: expectedBytes + 1 });
    return rows.length === expectedBytes ? rows : undefined;
  } catch {
    return undefined; // the general decoder says what is wrong
  }
}

function stripFilters(rows: Buffer, width: number, height: number): GrayImage | undefined {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = y * (width + 1);
    if (rows[start] !== 0) return undefined;
    pixels.set(rows.subarray(start + 1, start + 1 + width), y * width);
  }
  return { width, height, pixels };
}
