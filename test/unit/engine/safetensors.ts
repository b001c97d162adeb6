import { encodeSafetensors as encode } from '../../../src/engine/index.ts';

/** The bytes of a `.safetensors` file of tensors by name, for tests of what reads them. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>,
): Uint8Array {
  const list = Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor }));
  return encode(list, { format: 'test' });
}
