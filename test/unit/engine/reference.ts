import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Engine, LayersModel } from '../../../src/engine/index.ts';

// The formula weights and inputs of the numeric references, and the numbers that float64 gives for them.

/** A row of a network's tensor table: `tensor(k, offset, bound)` fills `shape`. */
export interface TensorRow {
  readonly k: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bound: number;
}

export interface GradientReference {
  readonly norm: number;
  readonly max_abs: number;
  readonly first8: readonly number[];
}

export interface NetReference {
  readonly learnable: number;
  readonly moving: number;
  readonly tensors: readonly TensorRow[];
  readonly input_sha256: string;
  readonly loss_eval: number;
  readonly loss_train: number;
  readonly logits_eval: readonly (readonly number[])[];
  readonly logits_train: readonly (readonly number[])[];
  readonly embedding_eval: { readonly norm: number; readonly first8: readonly number[] };
  readonly gradients_train_mode: Readonly<Record<string, GradientReference>>;
  readonly gradients_eval_mode: Readonly<Record<string, GradientReference>>;
  readonly optimizers: Readonly<
    Record<
      'adam' | 'adam_wd' | 'sgd',
      {
        readonly losses: readonly number[];
        readonly logits_eval_after: readonly (readonly number[])[];
        readonly after: Readonly<
          Record<'1' | '5', Readonly<Record<string, { readonly norm: number; readonly update_norm: number }>>>
        >;
      }
    >
  >;
}

export interface VggReference {
  readonly total: number;
  readonly trainable: number;
  readonly tensors: readonly TensorRow[];
  readonly loss_train_dropout0: number;
  readonly logits_eval: readonly (readonly number[])[];
  readonly logits_train: readonly (readonly number[])[];
  readonly gradients_train_mode: Readonly<Record<string, GradientReference>>;
}

export function readReference<T>(name: string): T {
  const path = fileURLToPath(new URL(`../../fixtures/reference/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

const SEED = 20_130_616;

/** n numbers in [-1, 1), multiples of 2^-23, from an integer hash. */
function uniform(k: number, n: number): Float64Array {
  const out = new Float64Array(n);
  const base = (Math.imul(k, 0x9e3779b1) + SEED) >>> 0;
  for (let i = 0; i < n; i++) {
    let h = (base + i) >>> 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    out[i] = (h >>> 8) / 8_388_608 - 1;
  }
  return out;
}

export function formulaValues(k: number, n: number, offset = 0, bound = 1): Float32Array<ArrayBuffer> {
  return Float32Array.from(uniform(k, n), (v) => offset + bound * v);
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

/** The first n of the 8 formula images, `[n, 48, 48, 3]` in [-1, 1]. */
export function formulaImages(n: number): Float32Array<ArrayBuffer> {
  const triangle = (t: number): number => Math.abs((((t % 96) + 96) % 96) - 48);
  const noise = uniform(1000, 8 * 6912);
  const images = new Float32Array(n * 6912);
  for (let j = 0; j < images.length; j++) {
    const c = j % 3;
    const x = Math.floor(j / 3) % 48;
    const y = Math.floor(j / 144) % 48;
    const i = Math.floor(j / 6912);
    const grain = Math.floor(((noise[j] ?? 0) + 1) * 16);
    const p = 2 * triangle(2 * y + 3 * x + 13 * i) + 2 * triangle(3 * y - x + 7 * i + 40 * c) + grain + 16;
    images[j] = p / 127.5 - 1;
  }
  return images;
}

export const formulaLabels = (n: number): number[] => Array.from({ length: n }, (_, i) => i % 7);

/** Writes the formula weights into a model; its tensors must be exactly those of the table. */
export function setFormulaWeights(engine: Engine, model: LayersModel, rows: readonly TensorRow[]): void {
  const variables = new Map(model.layers.flatMap((l) => l.weights).map((v) => [v.originalName, v]));
  for (const row of rows) {
    const variable = variables.get(row.name);
    if (variable === undefined) throw new Error(`The model has no ${row.name}`);
    const values = formulaValues(row.k, sizeOf(row.shape), row.offset, row.bound);
    const tensor = engine.tf.tensor(values, [...row.shape]);
    variable.write(tensor);
    tensor.dispose();
  }
}

export const norm = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0));

/** The largest absolute difference between a flat array and rows. */
export function maxDifference(
  actual: ArrayLike<number>,
  expected: readonly number[] | readonly (readonly number[])[],
): number {
  const flat = expected.flat();
  if (actual.length < flat.length) return Number.POSITIVE_INFINITY;
  return flat.reduce(
    (largest, value, i) => Math.max(largest, Math.abs((actual[i] ?? Number.NaN) - value)),
    0,
  );
}
