import { FermentError } from '../../../kit/index.ts';

/** The element types that Ferment's array files have. */
export type NpyDtype = 'uint8' | 'int32' | 'float32' | 'float64';

/** Element type to the typed array that holds it. */
export interface NpyData {
  readonly uint8: Uint8Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

/** An array as NumPy has it: row-major, `shape` with its outermost dimension first. */
export interface NpyArray<D extends NpyDtype = NpyDtype> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: NpyData[D];
}

/** Format 1.0 of NumPy's `.npy` (numpy.lib.format): this magic, version 1.0, header length in 2 bytes, header, data. */
const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
/** Bytes before the header text: magic, version, length. */
export const PREAMBLE_BYTES = 10;
/** The data begin at a multiple of this. */
const ALIGNMENT = 64;

const DESCR = { uint8: '|u1', int32: '<i4', float32: '<f4', float64: '<f8' } as const;
const DTYPES: ReadonlyMap<string, NpyDtype> = new Map([
  ['|u1', 'uint8'],
  ['<u1', 'uint8'],
  ['<i4', 'int32'],
  ['<f4', 'float32'],
  ['<f8', 'float64'],
]);
export const ELEMENT_BYTES = { uint8: 1, int32: 4, float32: 4, float64: 8 } as const;

/** What the header of an array file says. */
export interface NpyHeader {
  readonly dtype: NpyDtype;
  readonly shape: readonly number[];
}

/** Number of elements of a shape; 1 for the shape of a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Everything before the data, as NumPy writes it, byte for byte. */
export function renderHeader({ dtype, shape }: NpyHeader): Buffer {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const unpadded = PREAMBLE_BYTES + text.length + 1;
  const padding = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
  const header = Buffer.from(`${text}${' '.repeat(padding)}\n`, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([MAGIC, length, header]);
}

/** Length of the header text from a file's first PREAMBLE_BYTES. Throws BAD_ARRAY when this is no .npy 1.0 file. */
export function parsePreamble(preamble: Uint8Array, path: string): number {
  const bytes = Buffer.from(preamble.buffer, preamble.byteOffset, preamble.byteLength);
  if (bytes.length < PREAMBLE_BYTES || !bytes.subarray(0, 6).equals(MAGIC.subarray(0, 6)))
    throw badArray(path, 'it does not begin as a .npy file');
  if (!bytes.subarray(6, 8).equals(MAGIC.subarray(6, 8)))
    throw badArray(path, `version 1.0 of the format was expected. Received: ${bytes[6]}.${bytes[7]}`);
  return bytes.readUInt16LE(8);
}

/** Type and shape from the header text. Throws BAD_ARRAY for types, orders and shapes that Ferment does not write. */
export function parseHeader(text: string, path: string): NpyHeader {
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const tuple = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || tuple === undefined)
    throw badArray(path, `its header cannot be read. Received: ${text.trim().slice(0, 120)}`);
  const dtype = DTYPES.get(descr);
  if (dtype === undefined)
    throw badArray(
      path,
      `one of ${[...DTYPES.keys()].join(', ')} was expected as its type. Received: ${descr}`,
    );
  if (fortran === 'True') throw badArray(path, 'row-major order was expected. Received: fortran_order True');
  const shape = tuple
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (!Number.isSafeInteger(elementCount(shape)) || !shape.every(Number.isSafeInteger))
    throw badArray(path, `its shape is too large. Received: (${tuple})`);
  return { dtype, shape };
}

/** The error for an array file that is damaged or not the one that was expected. */
export function badArray(path: string, problem: string): FermentError {
  return new FermentError('BAD_ARRAY', `Cannot use the array ${path}: ${problem}.`, {
    hint: 'Delete it and run the stage that writes it again (npx ferment repro).',
  });
}
