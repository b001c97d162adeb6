import { toHalf } from './half.ts';

/** A float32 tensor to be written, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** How the numbers are stored; `float16` rounds them to the nearest. */
export type WeightPrecision = 'float32' | 'float16';

/**
 * The bytes of a `.safetensors` file (https://huggingface.co/docs/safetensors) with the tensors in the order given;
 * `metadata` is text to text. Same tensors, same bytes. The header is padded with blanks so that numbers begin at a
 * multiple of 8, as the format's own library does.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
  precision: WeightPrecision = 'float32',
): Uint8Array {
  let offset = 0;
  const parts: Uint8Array[] = [];
  const header: Record<string, unknown> = { ['__metadata__']: metadata };
  for (const { name, shape, values } of tensors) {
    const part = weightBytes(values, precision);
    const dtype = precision === 'float16' ? 'F16' : 'F32';
    header[name] = { dtype, shape, data_offsets: [offset, offset + part.byteLength] };
    offset += part.byteLength;
    parts.push(part);
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(start + offset, ' ');
  bytes.writeBigUInt64LE(BigInt(start - 8));
  json.copy(bytes, 8);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** Numbers as they are stored: little-endian, as is every machine that TensorFlow runs on. */
export function weightBytes(values: Float32Array, precision: WeightPrecision): Uint8Array {
  const { buffer, byteOffset, byteLength } = precision === 'float16' ? toHalf(values) : values;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
