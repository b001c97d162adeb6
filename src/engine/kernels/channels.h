#pragma once
// Walking over pixels and channels in pieces that the caches and the registers like.

#include "vector.h"

constexpr long CHUNK = 64;  // pixels that stay in the first cache between channels

/** Calls `work` with the longest vector that divides the channels. */
template <class Work>
void withLanes(long channels, Work work) {
  if constexpr (LANES >= 16) {
    if (channels % 16 == 0) return work(std::integral_constant<int, 16>{});
  }
  if constexpr (LANES >= 8) {
    if (channels % 8 == 0) return work(std::integral_constant<int, 8>{});
  }
  if (channels % 4 == 0) return work(std::integral_constant<int, 4>{});
  return work(std::integral_constant<int, 1>{});
}

/** Calls `work` with the activation as a constant. */
template <class Work>
void withActivation(long activation, Work work) {
  if (activation == RELU6) return work(std::integral_constant<int, RELU6>{});
  if (activation == RELU) return work(std::integral_constant<int, RELU>{});
  return work(std::integral_constant<int, NONE>{});
}

/**
 * Calls `work(count, c)` for runs of one to four vectors of channels, so that what is read in a row is long enough for
 * the processor to fetch ahead, and its sums fit into the registers.
 */
template <int L, class Work>
FERMENT_INLINE void forVectors(long channels, Work work) {
  long c = 0;
  for (; c + 4 * L <= channels; c += 4 * L) work(std::integral_constant<int, 4>{}, c);
  const long left = (channels - c) / L;
  if (left == 3) work(std::integral_constant<int, 3>{}, c);
  if (left == 2) work(std::integral_constant<int, 2>{}, c);
  if (left == 1) work(std::integral_constant<int, 1>{}, c);
}

/** `V` vectors in a row. */
template <int L, int V>
struct Vectors {
  Vector<L> v[V];
  Vectors() = default;
  FERMENT_INLINE explicit Vectors(const float* from) {
#pragma GCC unroll 4
    for (int i = 0; i < V; i++) v[i] = load<L>(from + i * L);
  }
  FERMENT_INLINE void addTo(float* to) const {
#pragma GCC unroll 4
    for (int i = 0; i < V; i++) store<L>(to + i * L, load<L>(to + i * L) + v[i]);
  }
};

/** Calls `work(first, end)` for pieces of the pixels of an image. */
template <class Work>
FERMENT_INLINE void forChunks(long pixels, Work work) {
  for (long first = 0; first < pixels; first += CHUNK) work(first, first + CHUNK < pixels ? first + CHUNK : pixels);
}

/** What a convolution does to a sum before it stores it: `activation(value + bias[channel] + other[place])`. */
template <int A>
struct Finish {
  const float *bias, *other;
  float* y;
  template <int L>
  FERMENT_INLINE void operator()(Vector<L> value, long place, long channel) const {
    if (bias != nullptr) value += load<L>(bias + channel);
    if (other != nullptr) value += load<L>(other + place);
    store<L>(y + place, activate<A, L>(value));
  }
};
