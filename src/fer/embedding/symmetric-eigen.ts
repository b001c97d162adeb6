import { FermentError } from '../../kit/index.ts';
import { addScaled, dot } from './matrix.ts';

/** Eigenvalues from the largest down; row i of `vectors` (row-major `[n, n]`) is the unit eigenvector of value i. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix, row-major `[n, n]`: Householder's reduction to
 * tridiagonal form, then QL with implicit shifts (Golub and Van Loan, Matrix Computations, 8.3). O(n^3).
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const { diagonal, off, vectors } = tridiagonalise(matrix.slice(), n);
  diagonalise(diagonal, off, vectors, n);
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (diagonal[j] ?? 0) - (diagonal[i] ?? 0) || i - j,
  );
  const values = Float64Array.from(order, (i) => diagonal[i] ?? 0);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values, vectors: sorted };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** off[i] couples i and i + 1; the last is 0. */
  readonly off: Float64Array;
  /** Rows: the basis in which the matrix is tridiagonal. */
  readonly vectors: Float64Array;
}

/** Consumes `a`. */
function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  const reflectors: Reflector[] = [];
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k] ?? 0;
    if (k >= n - 1) continue;
    const v = a.slice(k * n + k + 1, (k + 1) * n);
    const norm = Math.sqrt(dot(v, 0, v, 0, v.length));
    const alpha = (v[0] ?? 0) > 0 ? -norm : norm;
    off[k] = alpha;
    v[0] = (v[0] ?? 0) - alpha;
    const squares = dot(v, 0, v, 0, v.length);
    const beta = squares === 0 ? 0 : 2 / squares;
    reflectors.push({ v, beta });
    reflectBlock(a, n, k + 1, v, beta);
  }
  return { diagonal, off, vectors: accumulate(reflectors, n) };
}

interface Reflector {
  readonly v: Float64Array;
  readonly beta: number;
}

/** The product of the reflectors; rows are basis vectors, so they act from the right, the last one first. */
function accumulate(reflectors: readonly Reflector[], n: number): Float64Array {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (const [k, { v, beta }] of [...reflectors.entries()].reverse()) {
    for (let row = k + 1; row < n; row++) {
      const at = row * n + k + 1;
      addScaled(vectors, at, -beta * dot(vectors, at, v, 0, v.length), v, 0, v.length);
    }
  }
  return vectors;
}

/** A := H A H on the rows and columns from `first`, H = I - beta v v'. */
function reflectBlock(a: Float64Array, n: number, first: number, v: Float64Array, beta: number): void {
  const m = v.length;
  const w = new Float64Array(m);
  for (let i = 0; i < m; i++) w[i] = beta * dot(a, (first + i) * n + first, v, 0, m);
  addScaled(w, 0, (-beta / 2) * dot(w, 0, v, 0, m), v, 0, m);
  for (let i = 0; i < m; i++) {
    const at = (first + i) * n + first;
    const vi = v[i] ?? 0;
    const wi = w[i] ?? 0;
    for (let j = 0; j < m; j++) a[at + j] = (a[at + j] ?? 0) - vi * (w[j] ?? 0) - wi * (v[j] ?? 0);
  }
}

const MAX_SWEEPS = 60;

/** Turns the tridiagonal form into eigenvalues (in `diagonal`) and eigenvectors (rows of `vectors`), in place. */
function diagonalise(diagonal: Float64Array, off: Float64Array, vectors: Float64Array, n: number): void {
  // Against the norm of the whole: a matrix of lower rank has blocks of nothing but rounding noise.
  let largest = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, Math.abs(diagonal[i] ?? 0) + Math.abs(off[i] ?? 0));
  }
  const negligible = Number.EPSILON * largest;
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      const high = endOfBlock(off, low, n, negligible);
      if (high === low) break;
      if (sweep === MAX_SWEEPS) {
        throw new FermentError('INTERNAL', `No convergence of eigenvalue ${low} after ${sweep} sweeps.`);
      }
      implicitSweep(diagonal, off, vectors, n, low, high);
    }
  }
}

/** The last row that is still coupled to row `low`. */
function endOfBlock(off: Float64Array, low: number, n: number, negligible: number): number {
  let high = low;
  while (high < n - 1 && Math.abs(off[high] ?? 0) > negligible) high++;
  return high;
}

/** One QL sweep over the rows low to high with Wilkinson's shift; the bulge is chased from the bottom up. */
function implicitSweep(
  diagonal: Float64Array,
  off: Float64Array,
  vectors: Float64Array,
  n: number,
  low: number,
  high: number,
): void {
  const d = diagonal[low] ?? 0;
  const coupling = off[low] ?? 0;
  const half = ((diagonal[low + 1] ?? 0) - d) / (2 * coupling);
  const root = Math.hypot(half, 1);
  let g = (diagonal[high] ?? 0) - d + coupling / (half + (half >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * (off[i] ?? 0);
    const b = cosine * (off[i] ?? 0);
    const length = Math.hypot(f, g);
    off[i + 1] = length;
    if (length === 0) {
      // The block falls apart here: what is done is undone no more, the next sweep sees two blocks.
      diagonal[i + 1] = (diagonal[i + 1] ?? 0) - shift;
      off[high] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = (diagonal[i + 1] ?? 0) - shift;
    const r = ((diagonal[i] ?? 0) - g) * sine + 2 * cosine * b;
    shift = sine * r;
    diagonal[i + 1] = g + shift;
    g = cosine * r - b;
    rotateRows(vectors, n, i, cosine, sine);
  }
  diagonal[low] = (diagonal[low] ?? 0) - shift;
  off[low] = g;
  off[high] = 0;
}

/** Rotates the rows i and i + 1. */
function rotateRows(vectors: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  const upper = i * n;
  const lower = upper + n;
  for (let k = 0; k < n; k++) {
    const below = vectors[lower + k] ?? 0;
    const above = vectors[upper + k] ?? 0;
    vectors[lower + k] = sine * above + cosine * below;
    vectors[upper + k] = cosine * above - sine * below;
  }
}
