import { FermentError } from '../../kit/index.ts';
import { fromHalf } from './half.ts';

/** One tensor of a weights file, row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Throws BAD_WEIGHTS when the numbers are of a type other than float32 or float64. */
  readonly values: () => Float32Array<ArrayBuffer>;
}

/** A tensor and the bytes that it has, counted from the first of the numbers. */
interface PlacedTensor extends StoredTensor {
  readonly start: number;
  readonly end: number;
}

/** Larger headers than this are no weights file of ours, but a way to fill the memory (the format's own limit). */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads the bytes of a `.safetensors` file: 8 bytes with the header's length, the header as JSON, the numbers
 * (https://huggingface.co/docs/safetensors). Everything that the header says is checked against the file, and, as the
 * format demands, that each byte of the numbers belongs to one tensor and no other.
 * Throws BAD_WEIGHTS that names the path and what does not fit.
 */
export function parseSafetensors(bytes: Uint8Array, path: string): Map<string, StoredTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? -1 : Number(view.getBigUint64(0, true));
  if (length < 2 || length > MAX_HEADER_BYTES || 8 + length > bytes.length) {
    throw damaged(path, `its header should fit into ${bytes.length} bytes, and claims ${length}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length), path);
  const data = bytes.subarray(8 + length);
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const tensors = new Map(entries.map(([name, entry]) => [name, tensorOf(name, entry, data, path)]));
  refuseHoles(tensors, data.length, path);
  return tensors;
}

/** The format allows neither holes nor overlaps, so that one file cannot say two things to two readers. */
function refuseHoles(tensors: ReadonlyMap<string, PlacedTensor>, dataBytes: number, path: string): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const [name, tensor] of inOrder) {
    if (tensor.start !== end)
      throw damaged(path, `${name} should begin at byte ${end} of the numbers and begins at ${tensor.start}`);
    end = tensor.end;
  }
  if (end !== dataBytes)
    throw damaged(path, `its tensors end at byte ${end} of the numbers, which are ${dataBytes} bytes`);
}

function parseHeader(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch {
    // What is wrong with the JSON does not help anybody: the file is not one of this format.
  }
  throw damaged(path, 'its header is not a JSON mapping');
}

const BYTES_PER_NUMBER: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

function tensorOf(name: string, entry: unknown, data: Uint8Array, path: string): PlacedTensor {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets)) {
    throw damaged(path, `the entry of ${name} lacks dtype, shape or data_offsets`);
  }
  const [start = -1, end = -1, ...more] = offsets;
  const size = shape.reduce((product, side) => product * side, 1);
  const width = BYTES_PER_NUMBER[dtype];
  if (more.length > 0 || start > end || end > data.length) {
    throw damaged(path, `${name} lies outside of the file`);
  }
  if (width !== undefined && end - start !== size * width) {
    throw damaged(path, `${name} should have ${size * width} bytes and has ${end - start}`);
  }
  const values = (): Float32Array<ArrayBuffer> =>
    numbersOf({ name, dtype, bytes: data.slice(start, end) }, path);
  return { shape, values, start, end };
}

function numbersOf(
  { name, dtype, bytes }: { readonly name: string; readonly dtype: string; readonly bytes: Uint8Array },
  path: string,
): Float32Array<ArrayBuffer> {
  // A copy starts at an aligned address; the format is little-endian, as is every machine that TensorFlow runs on.
  const { buffer } = new Uint8Array(bytes);
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer));
  if (dtype === 'F16') return fromHalf(new Uint16Array(buffer));
  throw new FermentError(
    'BAD_WEIGHTS',
    `${path}: ${name} should be float16, float32 or float64. Received: ${dtype}.`,
    {
      hint: 'Convert the file to float32.',
    },
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

function damaged(path: string, why: string): FermentError {
  return new FermentError('BAD_WEIGHTS', `${path} is not a whole .safetensors file: ${why}.`, {
    hint: 'Download or copy the file again.',
  });
}
