#pragma once
// Dropout whose mask is made where it is used, by the numbers of TensorFlow's StatelessRandomUniform: Philox 4x32-10
// (Salmon et al., 2011) on a key and a counter that are mixed from the seed.

#include "groups.h"
#include "vector.h"

/** Counters that are worked on side by side; each gives four numbers. */
constexpr int SIDE_BY_SIDE = 16;

struct PhiloxState {
  uint32_t counter[4];
  uint32_t key[2];
};

/** Ten rounds for counters side by side, `words[4][n]` in place. */
template <int N>
FERMENT_INLINE void philox(uint32_t (&words)[4][N], const uint32_t (&start)[2]) {
  uint32_t key[2] = {start[0], start[1]};
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < N; i++) {
      const uint64_t a = uint64_t{0xD2511F53} * words[0][i], b = uint64_t{0xCD9E8D57} * words[2][i];
      words[0][i] = static_cast<uint32_t>(b >> 32) ^ words[1][i] ^ key[0];
      words[2][i] = static_cast<uint32_t>(a >> 32) ^ words[3][i] ^ key[1];
      words[1][i] = static_cast<uint32_t>(b);
      words[3][i] = static_cast<uint32_t>(a);
    }
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
}

/** Key and first counter from the seed, as in tensorflow/core/kernels/stateless_random_ops.cc, GenerateKey. */
inline PhiloxState philoxOf(const int32_t* seed) {
  const uint32_t scramble[2] = {0x3ec8f720, 0x02461e29};
  uint32_t words[4][1];
  for (int i = 0; i < 2; i++) {
    words[2 * i][0] = static_cast<uint32_t>(seed[i]);
    words[2 * i + 1][0] = seed[i] < 0 ? 0xffffffff : 0;
  }
  philox(words, scramble);
  return {{0, 0, words[2][0], words[3][0]}, {words[0][0], words[1][0]}};
}

/** `to[i] = x[i] / (1 - rate)` where the number of place i is at least `rate`, else 0. */
void dropout(const DropoutArguments& at, const Settings& settings, Workers& workers) {
  constexpr long STEP = 4 * SIDE_BY_SIDE, PIECE = 256 * STEP;
  const PhiloxState state = philoxOf(at.seed);
  const float rate = settings.rate, scale = static_cast<float>(1 / (1 - static_cast<double>(rate)));
  forGroups(workers, (at.size + PIECE - 1) / PIECE, [&](long group, long) {
    const long end = (group + 1) * PIECE < at.size ? (group + 1) * PIECE : at.size;
    for (long first = group * PIECE; first < end; first += STEP) {
      uint32_t words[4][SIDE_BY_SIDE];
      for (int i = 0; i < SIDE_BY_SIDE; i++) {
        // The counter has 128 bits, little word first; places do not reach into its upper half.
        const uint64_t low = static_cast<uint64_t>(first / 4 + i);
        words[0][i] = static_cast<uint32_t>(low);
        words[1][i] = static_cast<uint32_t>(low >> 32);
        words[2][i] = state.counter[2];
        words[3][i] = state.counter[3];
      }
      philox(words, state.key);
      float kept[STEP];
      for (int word = 0; word < 4; word++)
        for (int i = 0; i < SIDE_BY_SIDE; i++) {
          // 23 bits behind the point: 1 to 2, less 1 (tensorflow/core/lib/random/random_distributions_utils.h).
          const uint32_t bits = (words[word][i] & 0x7fffff) | 0x3f800000;
          float number;
          __builtin_memcpy(&number, &bits, sizeof(number));
          kept[4 * i + word] = number - 1 >= rate ? scale : 0;
        }
      const long count = end - first < STEP ? end - first : STEP;
      for (long i = 0; i < count; i++) at.y[first + i] = at.x[first + i] * kept[i];
    }
  });
}
