import type { Engine } from '../load.ts';
import { type Attribute, bool, FLOAT, type Tensor } from '../native.ts';

/** `a b` of two matrices, either one transposed first. */
export function matMul(
  engine: Engine,
  a: Tensor,
  b: Tensor,
  transpose: { readonly a?: boolean; readonly b?: boolean } = {},
): Tensor {
  return engine.native.one('MatMul', matMulAttributes(transpose), [a, b]);
}

export function matMulAttributes(
  transpose: { readonly a?: boolean; readonly b?: boolean } = {},
): Attribute[] {
  return [FLOAT, bool('transpose_a', transpose.a ?? false), bool('transpose_b', transpose.b ?? false)];
}
