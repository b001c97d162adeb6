#pragma once
// The numbers that large products multiply: floats, or, in the copies of this code with FERMENT_BFLOAT16, bfloat16, which
// is the upper half of a float. All sums are floats.

#include "vector.h"

/** Two numbers in bfloat16 that are neighbours in a sum of products; the first is the lower half. */
enum class Pair : uint32_t {};

#ifdef FERMENT_BFLOAT16
using Number = Pair;
constexpr int TOGETHER = 2;  // numbers in one Number
#else
using Number = float;
constexpr int TOGETHER = 1;
#endif

template <int L>
struct BitsOf {
  typedef uint32_t type __attribute__((vector_size(L * sizeof(uint32_t)), aligned(4), may_alias));
  typedef uint16_t halves __attribute__((vector_size(L * sizeof(uint16_t)), aligned(2), may_alias));
};
template <int L>
using Bits = typename BitsOf<L>::type;

template <int L>
FERMENT_INLINE Bits<L> load(const Pair* from) {
  return *reinterpret_cast<const Bits<L>*>(from);
}
template <int L>
FERMENT_INLINE void store(Pair* to, Bits<L> value) {
  *reinterpret_cast<Bits<L>*>(to) = value;
}
template <int L>
FERMENT_INLINE Bits<L> splat(Pair value) {
  return static_cast<uint32_t>(value) - Bits<L>{};
}

/** In the lower half of each lane: the nearest bfloat16, of two the even one; a NaN stays one. */
template <int L>
FERMENT_INLINE Bits<L> rounded(Vector<L> v) {
#if defined(__AVX512BF16__)
  if constexpr (L == 16) {
    const __m256i halves = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(reinterpret_cast<__m512>(v)));
    return reinterpret_cast<Bits<16>>(_mm512_cvtepu16_epi32(halves));
  }
#endif
  const Bits<L> bits = reinterpret_cast<Bits<L>>(v);
  const Bits<L> nearest = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return v == v ? nearest : (bits >> 16) | 0x40;
}

/** Stores numbers one after the other, from number `at` on. */
template <int L>
FERMENT_INLINE void storeNumbers(float* to, long at, Vector<L> v) {
  store<L>(to + at, v);
}
template <int L>
FERMENT_INLINE void storeNumbers(Pair* to, long at, Vector<L> v) {
  using Halves = typename BitsOf<L>::halves;
  uint16_t* halves = reinterpret_cast<uint16_t*>(to) + at;
#if defined(__AVX512BF16__)
  if constexpr (L == 16) {
    const __m256i value = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(reinterpret_cast<__m512>(v)));
    return _mm256_storeu_si256(reinterpret_cast<__m256i_u*>(halves), value);
  }
#endif
  *reinterpret_cast<Halves*>(halves) = __builtin_convertvector(rounded<L>(v), Halves);
}

/** Stores a vector of Numbers, each of what is in the same lane of `v`. */
template <int L>
FERMENT_INLINE void storeTogether(float* to, const Vector<L> (&v)[1]) {
  store<L>(to, v[0]);
}
template <int L>
FERMENT_INLINE void storeTogether(Pair* to, const Vector<L> (&v)[2]) {
  store<L>(to, rounded<L>(v[1]) << 16 | rounded<L>(v[0]));
}

/** A vector to rows from `row` on of column `col` of a matrix with `cols` columns, whose neighbours are rows. */
template <int L>
FERMENT_INLINE void storeColumn(float* to, long row, long col, long cols, Vector<L> v) {
  for (int l = 0; l < L; l++) to[(row + l) * cols + col] = v[l];
}
template <int L>
FERMENT_INLINE void storeColumn(Pair* to, long row, long col, long cols, Vector<L> v) {
  const Bits<L> bits = rounded<L>(v);
  uint16_t* halves = reinterpret_cast<uint16_t*>(to);
  for (int l = 0; l < L; l++) halves[((row + l) / 2 * cols + col) * 2 + (row + l) % 2] = static_cast<uint16_t>(bits[l]);
}

/** Calls `work(lanes, place)` for vectors that together are `count` floats, a multiple of 8. */
template <class Work>
FERMENT_INLINE void forEights(long count, Work work) {
  long i = 0;
  if constexpr (LANES == 16) {
    for (; i + 16 <= count; i += 16) work(std::integral_constant<int, 16>{}, i);
  }
  for (; i < count; i += 8) work(std::integral_constant<int, 8>{}, i);
}

/** `count` floats as Numbers, for a sum over neighbours in a row; `memory` is for as many. Floats are those that are there. */
FERMENT_INLINE const float* asNumbers(const float* from, long, float*) { return from; }
FERMENT_INLINE const Pair* asNumbers(const float* from, long count, Pair* memory) {
  forEights(count, [&](auto lanes, long i) FERMENT_LAMBDA {
    constexpr int L = decltype(lanes)::value;
    storeNumbers<L>(memory, i, load<L>(from + i));
  });
  return memory;
}

/** Numbers of `rows` that are summed over. */
FERMENT_INLINE long togetherOf(long rows) { return (rows + TOGETHER - 1) / TOGETHER; }

/** `[rows, cols]` floats as Numbers, for a sum over rows: `[togetherOf(rows), cols]`; an odd row has zeros beside it. */
FERMENT_INLINE const float* asRows(const float* from, long, long, float*) { return from; }
FERMENT_INLINE const Pair* asRows(const float* from, long rows, long cols, Pair* memory) {
  for (long r = 0; r < rows; r += 2) {
    const bool both = r + 1 < rows;
    forEights(cols, [&](auto lanes, long c) FERMENT_LAMBDA {
      constexpr int L = decltype(lanes)::value;
      const float* at = from + r * cols + c;
      const Vector<L> pair[2] = {load<L>(at), both ? load<L>(at + cols) : Vector<L>{}};
      storeTogether<L>(memory + r / 2 * cols + c, pair);
    });
  }
  return memory;
}

template <int L>
FERMENT_INLINE Vector<L> multiplyAdd(Vector<L> sum, Vector<L> a, Vector<L> b) {
  return sum + a * b;
}

/** Adds the products of both halves: the second first, as the processor's instruction does, which takes subnormals for 0. */
template <int L>
FERMENT_INLINE Vector<L> multiplyAdd(Vector<L> sum, Bits<L> a, Bits<L> b) {
#if defined(__AVX512BF16__)
  if constexpr (L == 16)
    return reinterpret_cast<Vector<16>>(_mm512_dpbf16_ps(reinterpret_cast<__m512>(sum), reinterpret_cast<__m512bh>(a),
                                                         reinterpret_cast<__m512bh>(b)));
  if constexpr (L == 8)
    return reinterpret_cast<Vector<8>>(_mm256_dpbf16_ps(reinterpret_cast<__m256>(sum), reinterpret_cast<__m256bh>(a),
                                                        reinterpret_cast<__m256bh>(b)));
#endif
  const Bits<L> second = splat<L>(Pair{0xffff0000});
  sum += reinterpret_cast<Vector<L>>(a & second) * reinterpret_cast<Vector<L>>(b & second);
  return sum + reinterpret_cast<Vector<L>>(a << 16) * reinterpret_cast<Vector<L>>(b << 16);
}
