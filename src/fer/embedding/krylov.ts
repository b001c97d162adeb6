import { createRandom, type Random } from '../../kit/index.ts';
import { addScaled, dot } from './matrix.ts';
import { type Eigen, symmetricEigen } from './symmetric-eigen.ts';

/** Vectors are multiplied this many at a time: one pass over a matrix serves them all. */
export const BLOCK = 8;

/** A symmetric positive semidefinite operator: `[BLOCK]` vectors of length n, interleaved `[n, BLOCK]`, to the same. */
export type BlockOperator = (block: Float64Array) => Float64Array;

/**
 * The `count` largest eigenvalues of an operator on vectors of length n, and their eigenvectors as rows
 * `[count, n]`, by block Lanczos with full reorthogonalisation. It goes on until the residual of each pair is below
 * `tolerance` times its value, which bounds the relative error of the value by the same, or until the space is
 * exhausted. Eigenvalues of multiplicity up to BLOCK are found as often as they occur.
 */
export function largestEigenpairs(
  apply: BlockOperator,
  n: number,
  count: number,
  options: { readonly tolerance: number; readonly seed: number },
): Eigen {
  const random = createRandom(options.seed, 'krylov');
  const basis: Float64Array[] = [];
  const projected: number[][] = [];
  let fresh: Float64Array[] = [];
  while (fresh.length < Math.min(BLOCK, n)) {
    fresh.push(orthonormal(freshVector(fresh, n, random), fresh, n, random));
  }
  let checkAt = count + BLOCK;
  for (;;) {
    basis.push(...fresh);
    const images = applyTo(apply, fresh, n);
    for (const image of images) projected.push(reduce(image, basis, n));
    const next = nextBlock(images, basis, n, random);
    if (basis.length >= checkAt || next.vectors.length === 0) {
      const eigen = symmetricEigen(square(projected), basis.length);
      if (next.vectors.length === 0 || converged(eigen, next.coupling, count, options.tolerance)) {
        return ritzVectors(eigen, basis, n, count);
      }
      checkAt = Math.ceil(basis.length * 1.2);
    }
    fresh = next.vectors;
  }
}

/** Removes the part of `vector` inside the basis, in place, and returns the inner products. */
function reduce(vector: Float64Array, basis: readonly Float64Array[], n: number): number[] {
  return basis.map((q) => {
    const product = dot(q, 0, vector, 0, n);
    addScaled(vector, 0, -product, q, 0, n);
    return product;
  });
}

function freshVector(basis: readonly Float64Array[], n: number, random: Random): Float64Array {
  const vector = Float64Array.from({ length: n }, () => random.normal());
  reduce(vector, basis, n);
  return vector;
}

/** What is left of a vector outside the basis, with length 1; a random direction where nothing is left. */
function orthonormal(
  vector: Float64Array,
  basis: readonly Float64Array[],
  n: number,
  random: Random,
): Float64Array {
  const before = length(vector, n);
  reduce(vector, basis, n);
  let own = vector;
  // Below this the remainder is rounding noise, and its direction lies inside the basis.
  if (length(vector, n) <= 1e-10 * before || before === 0) own = freshVector(basis, n, random);
  // Once more: after much cancellation one pass leaves a part inside.
  reduce(own, basis, n);
  const norm = length(own, n);
  for (let i = 0; i < n; i++) own[i] = (own[i] ?? 0) / norm;
  return own;
}

interface NextBlock {
  readonly vectors: Float64Array[];
  /** coupling[i][j] = image j · new vector i: how far the images reach out of the basis. */
  readonly coupling: readonly (readonly number[])[];
}

/** An orthonormal basis of what the images add; fewer vectors when the space ends. */
function nextBlock(
  images: readonly Float64Array[],
  basis: readonly Float64Array[],
  n: number,
  random: Random,
): NextBlock {
  const vectors: Float64Array[] = [];
  const room = Math.min(images.length, n - basis.length);
  for (const image of images.slice(0, room)) {
    vectors.push(orthonormal(image.slice(), [...basis, ...vectors], n, random));
  }
  return { vectors, coupling: vectors.map((v) => images.map((image) => dot(v, 0, image, 0, n))) };
}

function converged(eigen: Eigen, coupling: NextBlock['coupling'], count: number, tolerance: number): boolean {
  const p = eigen.values.length;
  const width = coupling[0]?.length ?? 0;
  const largest = eigen.values[0] ?? 0;
  for (let pair = 0; pair < Math.min(count, p); pair++) {
    const tail = pair * p + p - width;
    const residual = Math.hypot(
      ...coupling.map((row) => row.reduce((total, c, j) => total + c * (eigen.vectors[tail + j] ?? 0), 0)),
    );
    if (residual > tolerance * Math.max(eigen.values[pair] ?? 0, 1e-12 * largest)) return false;
  }
  return p >= count;
}

function applyTo(apply: BlockOperator, vectors: readonly Float64Array[], n: number): Float64Array[] {
  const block = new Float64Array(n * BLOCK);
  vectors.forEach((vector, c) => {
    for (let i = 0; i < n; i++) block[i * BLOCK + c] = vector[i] ?? 0;
  });
  const image = apply(block);
  return vectors.map((_, c) => Float64Array.from({ length: n }, (__, i) => image[i * BLOCK + c] ?? 0));
}

/** The projection onto the basis as a full symmetric matrix; a row per vector, filled up to its own block. */
function square(projected: readonly (readonly number[])[]): Float64Array {
  const p = projected.length;
  const out = new Float64Array(p * p);
  projected.forEach((row, i) => {
    row.forEach((value, j) => {
      out[i * p + j] = value;
      out[j * p + i] = value;
    });
  });
  return out;
}

function ritzVectors(eigen: Eigen, basis: readonly Float64Array[], n: number, count: number): Eigen {
  const p = eigen.values.length;
  const found = Math.min(count, p);
  const vectors = new Float64Array(found * n);
  for (let pair = 0; pair < found; pair++) {
    basis.forEach((q, i) => {
      addScaled(vectors, pair * n, eigen.vectors[pair * p + i] ?? 0, q, 0, n);
    });
  }
  return { values: eigen.values.slice(0, found), vectors };
}

function length(vector: Float64Array, n: number): number {
  return Math.sqrt(dot(vector, 0, vector, 0, n));
}
