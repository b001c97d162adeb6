#pragma once
// Products of small matrices whose factors are in the cache: `C[rows, cols] = A B` with the sum over `depth`.

#include "numbers.h"

/**
 * Where the first factor's element of row r at depth p is: `a[r stride + p]`, or transposed `a[p stride + r]`. Elements
 * are floats, or pairs, of which `depth` is half as long.
 */
template <bool Transposed, class Element = float>
struct Factor {
  const Element* data;
  long stride;
};

/**
 * `R` rows and `V` vectors of the result in registers. Row pointers go in threes, because an address may be a base plus
 * once or twice a stride: more bases would not fit into the registers.
 */
template <int L, int R, int V, bool T, class E, class Store>
FERMENT_INLINE void productTile(const Factor<T, E> a, const E* b, long bStride, long depth, Store store) {
  static_assert(R == 1 || R % 3 == 0);
  constexpr int BASES = R == 1 ? 1 : R / 3;
  Vector<L> sums[R][V] = {};
  const E* base[BASES];
  for (int i = 0; i < BASES; i++) base[i] = a.data + (T ? 3 * i : 3 * i * a.stride);
  for (long p = 0; p < depth; p++) {
    decltype(load<L>(b)) row[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) row[v] = load<L>(b + v * L);
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
      const auto x = splat<L>(base[r / 3][T ? r % 3 : (r % 3) * a.stride]);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sums[r][v] = multiplyAdd<L>(sums[r][v], x, row[v]);
    }
    for (int i = 0; i < BASES; i++) base[i] += T ? a.stride : 1;
    b += bStride;
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) store(r, v * L, sums[r][v]);
  }
}

template <int L, int R, int V, bool T, class E, class Store>
FERMENT_INLINE long productRows(long row, long rows, Factor<T, E> a, const E* b, long bStride, long depth, long col,
                                Store& put) {
  for (; row + R <= rows; row += R) {
    const Factor<T, E> part{a.data + (T ? row : row * a.stride), a.stride};
    productTile<L, R, V, T>(part, b, bStride, depth,
                            [&](long r, long c, Vector<L> value) { put(row + r, col + c, value); });
  }
  return row;
}

template <int L, int V, bool T, class E, class Store>
FERMENT_INLINE void productColumns(long rows, Factor<T, E> a, const E* b, long bStride, long depth, long col, Store& put) {
  constexpr int R = REGISTERS == 32 ? (V == 3 ? 6 : 12) : (V == 1 ? 12 : V == 2 ? 6 : 3);
  long row = productRows<L, R, V>(0, rows, a, b + col, bStride, depth, col, put);
  if constexpr (R > 3) row = productRows<L, 3, V>(row, rows, a, b + col, bStride, depth, col, put);
  productRows<L, 1, V>(row, rows, a, b + col, bStride, depth, col, put);
}

/**
 * Calls `put(row, col, vector)` for every vector of the product. `b` is `[depth, cols]` with rows `bStride` apart;
 * `cols` is a multiple of `L`.
 */
template <int L, bool T, class E, class Store>
FERMENT_INLINE void productBy(long rows, long cols, long depth, Factor<T, E> a, const E* b, long bStride, Store put) {
  long col = 0;
  while (col < cols) {
    const long vectors = (cols - col) / L;
    if (vectors == 1) {
      productColumns<L, 1>(rows, a, b, bStride, depth, col, put);
      col += L;
    } else if (vectors == 3) {
      productColumns<L, 3>(rows, a, b, bStride, depth, col, put);
      col += 3 * L;
    } else {
      productColumns<L, 2>(rows, a, b, bStride, depth, col, put);
      col += 2 * L;
    }
  }
}

/** The same for any `cols` that is a multiple of 8. `put` takes vectors of either length. */
template <bool T, class E, class Store>
FERMENT_INLINE void product(long rows, long cols, long depth, Factor<T, E> a, const E* b, long bStride, Store put) {
  if constexpr (LANES == 16) {
    if (cols % 16 != 0) {
      productBy<8, T>(rows, cols, depth, a, b, bStride, put);
      return;
    }
  }
  productBy<LANES, T>(rows, cols, depth, a, b, bStride, put);
}

/** A `put` that stores into `c`, rows `stride` apart. */
struct Set {
  float* c;
  long stride;
  template <class V>
  FERMENT_INLINE void operator()(long row, long col, V value) const {
    *reinterpret_cast<V*>(c + row * stride + col) = value;
  }
};

/** A `put` that adds to `c`. */
struct Add {
  float* c;
  long stride;
  template <class V>
  FERMENT_INLINE void operator()(long row, long col, V value) const {
    *reinterpret_cast<V*>(c + row * stride + col) += value;
  }
};
