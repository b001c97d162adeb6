/** Writes the bytes of a `.safetensors` file with float32 tensors, for tests of what reads them. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>,
): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { ['__metadata__']: { format: 'test' } };
  const parts: Uint8Array[] = [];
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([length, json, ...parts]));
}
