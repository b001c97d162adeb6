#pragma once
// Dropout whose mask is made where it is used, by the numbers of TensorFlow's StatelessRandomUniform: Philox 4x32-10
// (Salmon et al., 2011) on a key and a counter that are mixed from the seed.

#include "groups.h"
#include "vector.h"

/** Numbers of 32 bits side by side, and their halves as numbers of 64. */
typedef uint32_t Words __attribute__((vector_size(4 * LANES)));
typedef uint64_t Pairs __attribute__((vector_size(4 * LANES)));

struct PhiloxState {
  uint32_t counter[4];
  uint32_t key[2];
};

/** Both halves of `w times factor`. Even and odd places are multiplied apart, as the processors' instruction does it. */
FERMENT_INLINE void multiply(Words w, uint64_t factor, Words& high, Words& low) {
  const Pairs lower = Pairs{} + 0xffffffffu;
  const Pairs pairs = reinterpret_cast<Pairs>(w);
  const Pairs even = (pairs & lower) * factor, odd = (pairs >> 32) * factor;
  low = reinterpret_cast<Words>((even & lower) | (odd << 32));
  high = reinterpret_cast<Words>((even >> 32) | (odd & ~lower));
}

/** Ten rounds for counters side by side, in place. */
FERMENT_INLINE void philox(Words (&words)[4], const uint32_t (&start)[2]) {
  uint32_t key[2] = {start[0], start[1]};
  for (int round = 0; round < 10; round++) {
    Words highA, lowA, highB, lowB;
    multiply(words[0], 0xD2511F53, highA, lowA);
    multiply(words[2], 0xCD9E8D57, highB, lowB);
    words[0] = highB ^ words[1] ^ key[0];
    words[2] = highA ^ words[3] ^ key[1];
    words[1] = lowB;
    words[3] = lowA;
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
}

/** Key and first counter from the seed, as in tensorflow/core/kernels/stateless_random_ops.cc, GenerateKey. */
inline PhiloxState philoxOf(const int32_t* seed) {
  const uint32_t scramble[2] = {0x3ec8f720, 0x02461e29};
  Words words[4];
  for (int i = 0; i < 2; i++) {
    words[2 * i] = Words{} + static_cast<uint32_t>(seed[i]);
    words[2 * i + 1] = Words{} + (seed[i] < 0 ? 0xffffffffu : 0u);
  }
  philox(words, scramble);
  return {{0, 0, words[2][0], words[3][0]}, {words[0][0], words[1][0]}};
}

/** What `4 LANES` places from `first` on are multiplied by, `kept[word][i]` for place `4 i + word`. */
FERMENT_INLINE void keepOrDrop(const PhiloxState& state, long first, float rate, float scale, float (&kept)[4][LANES]) {
  Words words[4];
  for (int i = 0; i < LANES; i++) {
    // The counter has 128 bits, little word first; places do not reach into its upper half.
    const uint64_t low = static_cast<uint64_t>(first / 4 + i);
    words[0][i] = static_cast<uint32_t>(low);
    words[1][i] = static_cast<uint32_t>(low >> 32);
  }
  words[2] = Words{} + state.counter[2];
  words[3] = Words{} + state.counter[3];
  philox(words, state.key);
  for (int word = 0; word < 4; word++) {
    // 23 bits behind the point: 1 to 2, less 1 (tensorflow/core/lib/random/random_distributions_utils.h).
    const Words bits = (words[word] & 0x7fffffu) | 0x3f800000u;
    const Vector<LANES> number = reinterpret_cast<Vector<LANES>>(bits) - splat<LANES>(1);
    store<LANES>(kept[word], number >= splat<LANES>(rate) ? splat<LANES>(scale) : Vector<LANES>{});
  }
}

/** `to[i] = x[i] / (1 - rate)` where the number of place i is at least `rate`, else 0. */
void dropout(const DropoutArguments& at, const Settings& settings, Workers& workers) {
  constexpr long STEP = 4 * LANES, PIECE = 16384;
  const PhiloxState state = philoxOf(at.seed);
  const float rate = settings.rate, scale = static_cast<float>(1 / (1 - static_cast<double>(rate)));
  forGroups(workers, (at.size + PIECE - 1) / PIECE, [&](long group, long) {
    const long end = (group + 1) * PIECE < at.size ? (group + 1) * PIECE : at.size;
    float kept[4][LANES];
    for (long first = group * PIECE; first < end; first += STEP) {
      keepOrDrop(state, first, rate, scale, kept);
      const float* x = at.x + first;
      float* y = at.y + first;
      if (end - first >= STEP) {
        // Four stores side by side, which compilers make from vectors.
        for (int i = 0; i < LANES; i++) {
          y[4 * i] = x[4 * i] * kept[0][i];
          y[4 * i + 1] = x[4 * i + 1] * kept[1][i];
          y[4 * i + 2] = x[4 * i + 2] * kept[2][i];
          y[4 * i + 3] = x[4 * i + 3] * kept[3][i];
        }
      } else {
        for (long i = 0; i < end - first; i++) y[i] = x[i] * kept[i % 4][i / 4];
      }
    }
  });
}
