import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { messageOf } from '../../../kit/index.ts';
import {
  badArray,
  ELEMENT_BYTES,
  elementCount,
  type NpyArray,
  type NpyData,
  type NpyDtype,
  type NpyHeader,
  PREAMBLE_BYTES,
  parseHeader,
  parsePreamble,
} from './format.ts';

/** What a caller relies on; null in the shape stands for any length. */
export interface NpyExpectation<D extends NpyDtype> {
  readonly dtype?: D;
  readonly shape?: readonly (number | null)[];
}

const CONSTRUCTORS = {
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/**
 * Reads a NumPy `.npy` file (format 1.0, little-endian, row-major; uint8, int32, float32, float64) into a typed
 * array of its own, with one read and no copy. Throws BAD_ARRAY when it is missing, damaged, cut short, or not of
 * the type and shape that `expected` names.
 */
export function readNpy<D extends NpyDtype = NpyDtype>(
  path: string,
  expected: NpyExpectation<D> = {},
): NpyArray<D> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw badArray(path, `it cannot be opened (${messageOf(error)})`);
  }
  try {
    const { header, dataOffset } = readHeader(fd, path);
    checkExpectation(header, expected, path);
    const sizeBytes = elementCount(header.shape) * ELEMENT_BYTES[header.dtype];
    const fileBytes = fstatSync(fd).size;
    if (fileBytes !== dataOffset + sizeBytes)
      throw badArray(path, `${dataOffset + sizeBytes} bytes were expected. Received: ${fileBytes}`);
    const data = new CONSTRUCTORS[header.dtype](elementCount(header.shape));
    readFully(fd, new Uint8Array(data.buffer), dataOffset, path);
    // The check above has made the type the one that the caller named.
    return { dtype: header.dtype as D, shape: header.shape, data: data as NpyData[D] };
  } finally {
    closeSync(fd);
  }
}

function readHeader(fd: number, path: string): { header: NpyHeader; dataOffset: number } {
  const preamble = new Uint8Array(PREAMBLE_BYTES);
  const got = readSync(fd, preamble, 0, PREAMBLE_BYTES, 0);
  const length = parsePreamble(preamble.subarray(0, got), path);
  const text = new Uint8Array(length);
  readFully(fd, text, PREAMBLE_BYTES, path);
  return {
    header: parseHeader(Buffer.from(text).toString('latin1'), path),
    dataOffset: PREAMBLE_BYTES + length,
  };
}

/** Node reads at most 2 GiB at a time. */
const MAX_READ_BYTES = 1 << 30;

function readFully(fd: number, target: Uint8Array, position: number, path: string): void {
  let offset = 0;
  while (offset < target.length) {
    const length = Math.min(target.length - offset, MAX_READ_BYTES);
    const got = readSync(fd, target, offset, length, position + offset);
    if (got === 0) throw badArray(path, `it ends ${target.length - offset} bytes too early`);
    offset += got;
  }
}

function checkExpectation(header: NpyHeader, expected: NpyExpectation<NpyDtype>, path: string): void {
  if (expected.dtype !== undefined && expected.dtype !== header.dtype)
    throw badArray(path, `type ${expected.dtype} was expected. Received: ${header.dtype}`);
  const shape = expected.shape;
  if (shape === undefined) return;
  const fits =
    shape.length === header.shape.length && shape.every((n, i) => n === null || n === header.shape[i]);
  if (!fits) {
    const wanted = shape.map((n) => n ?? 'n').join(', ');
    throw badArray(path, `shape [${wanted}] was expected. Received: [${header.shape.join(', ')}]`);
  }
}
