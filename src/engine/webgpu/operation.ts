import type { Tensor, Tf } from '../native.ts';
import type { Attributes } from './attributes.ts';

/** What an operation is run with. */
export interface Call {
  readonly tf: Tf;
  readonly attributes: Attributes;
  /** The input at a place; its absence is a bug of the caller. */
  input(place: number): Tensor;
  readonly variables: Variables;
}

/** The values behind the resource handles of a back end that has no resources. */
export interface Variables {
  /** A new handle, empty until the first `set`. */
  create(): Tensor;
  get(handle: Tensor): Tensor;
  /** Keeps the value (its buffer is shared); the one before is released. */
  set(handle: Tensor, value: Tensor): void;
  delete(handle: Tensor): void;
}

/**
 * One of TensorFlow's operations, composed of the kernels that TensorFlow.js has for WebGPU: the same inputs,
 * attributes and outputs. It runs inside a `tidy`, which releases what it makes besides its outputs.
 */
export type Operation = (call: Call) => Tensor[];
