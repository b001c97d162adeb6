#pragma once
// Vectors of floats by the compiler's own vector extension, so that one source serves AVX-512, AVX2, SSE2 and NEON.

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#define FERMENT_INLINE inline __attribute__((always_inline))
#define FERMENT_LAMBDA __attribute__((always_inline))

/** Floats in the widest vector of the processor that this copy is compiled for. */
#if defined(__AVX512F__)
constexpr int LANES = 16;
constexpr int REGISTERS = 32;
#elif defined(__AVX__)
constexpr int LANES = 8;
constexpr int REGISTERS = 16;
#else
constexpr int LANES = 4;
constexpr int REGISTERS = 16;
#endif

template <int L>
struct VectorOf {
  // Loads and stores need no alignment beyond that of a float.
  typedef float type __attribute__((vector_size(L * sizeof(float)), aligned(4), may_alias));
};
template <int L>
using Vector = typename VectorOf<L>::type;

template <int L>
FERMENT_INLINE Vector<L> load(const float* from) {
  return *reinterpret_cast<const Vector<L>*>(from);
}

template <int L>
FERMENT_INLINE void store(float* to, Vector<L> value) {
  *reinterpret_cast<Vector<L>*>(to) = value;
}

/** From so many floats on a tensor has left the caches before it is read, and has pushed out everything else. */
constexpr long LARGE = 1 << 22;

/** Whether `put` may write past the caches: whole lines of them (64 bytes) only, which is what a vector of AVX-512 is. */
inline bool goesPast(const float* to, long floats, long channels) {
  return LANES == 16 && floats > LARGE && channels % 16 == 0 && reinterpret_cast<uintptr_t>(to) % 64 == 0;
}

/** Stores, past the caches where that is wanted: then the line is not read before it is written. */
template <int L>
FERMENT_INLINE void put(bool past, float* to, Vector<L> value) {
#if defined(__AVX512F__)
  if constexpr (L == 16) {
    if (past) return _mm512_stream_ps(to, reinterpret_cast<__m512>(value));
  }
#endif
  store<L>(to, value);
}

/** What went past the caches is there for other threads after this. */
FERMENT_INLINE void fence() {
#if defined(__AVX512F__)
  _mm_sfence();
#endif
}

template <int L>
FERMENT_INLINE Vector<L> splat(float value) {
  return value - Vector<L>{};
}

/** What follows a batch norm. The numbers are the operations' attribute `activation`. */
enum Activation : int { NONE = 0, RELU = 1, RELU6 = 2 };

template <int A, int L>
FERMENT_INLINE Vector<L> activate(Vector<L> v) {
  const Vector<L> zero = {};
  if constexpr (A == NONE) return v;
  // In this order a NaN stays one, so that a training that has diverged is seen to.
  v = v < zero ? zero : v;
  if constexpr (A == RELU) return v;
  const Vector<L> six = splat<L>(6);
  return v > six ? six : v;
}

/** `g` where the activation passes `v` on, else 0; so 0 at exactly 0 and at exactly 6. */
template <int A, int L>
FERMENT_INLINE Vector<L> gate(Vector<L> v, Vector<L> g) {
  const Vector<L> zero = {};
  if constexpr (A == NONE) return g;
  g = v > zero ? g : zero;
  if constexpr (A == RELU) return g;
  return v < splat<L>(6) ? g : zero;
}
