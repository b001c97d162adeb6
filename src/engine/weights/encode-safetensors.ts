/** A float32 tensor to be written, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * The bytes of a `.safetensors` file (https://huggingface.co/docs/safetensors) with the tensors in the order given;
 * `metadata` is text to text. Same tensors, same bytes. The header is padded with blanks so that numbers begin at a
 * multiple of 8, as the format's own library does.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { ['__metadata__']: metadata };
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(start + offset, ' ');
  bytes.writeBigUInt64LE(BigInt(start - 8));
  json.copy(bytes, 8);
  let at = start;
  for (const { values } of tensors) {
    // Little-endian, as is every machine that TensorFlow runs on.
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}
