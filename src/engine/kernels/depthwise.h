#pragma once
// A 3x3 depthwise convolution over four rows of one image that lie in the cache, with a zero on each side.

#include "groups.h"
#include "vector.h"

/** The newest four rows of an image, `[4, width + 2, channels]`; row y is where row y - 4 was. */
struct Rows {
  float* data;
  long width;  // without the zeros
  long channels;
  /** The pixel (y, x); -1 and `width` are the zeros, and any row from -1 may be asked for. */
  FERMENT_INLINE float* at(long y, long x) const { return data + ((y & 3) * (width + 2) + x + 1) * channels; }
  FERMENT_INLINE void clear(long y) const {
    float* row = at(y, -1);
    for (long i = 0; i < (width + 2) * channels; i++) row[i] = 0;
  }
};

inline Rows takeRows(Workers& workers, long thread, long width, long channels) {
  const Rows rows{take(workers, thread, 4 * (width + 2) * channels), width, channels};
  for (long y = 0; y < 4; y++) rows.clear(y);
  return rows;
}

constexpr int TAPS = 9;

/** The nine factors of `LANES` channels, from `[9, channels]`. */
struct Taps {
  Vector<LANES> w[TAPS];
  FERMENT_INLINE Taps(const float* from, long channels) {
#pragma GCC unroll 9
    for (int t = 0; t < TAPS; t++) w[t] = load<LANES>(from + t * channels);
  }
};

/** Pointers to three rows at one column. */
struct Window {
  const float* row[3];
  FERMENT_INLINE Window(const Rows& rows, long y, long x, long c)
      : row{rows.at(y - 1, x) + c, rows.at(y, x) + c, rows.at(y + 1, x) + c} {}
};

/** `sum over a, b of w[a, b] row_a[offset + (b - 1) channels]`; turned round, what outputs give back to an input. */
template <bool Turned>
FERMENT_INLINE Vector<LANES> convolve(const Taps& taps, const Window& window, long offset, long channels) {
  Vector<LANES> sums[3] = {};
#pragma GCC unroll 3
  for (int a = 0; a < 3; a++)
#pragma GCC unroll 3
    for (int b = 0; b < 3; b++)
      sums[a] += taps.w[Turned ? 8 - 3 * a - b : 3 * a + b] * load<LANES>(window.row[a] + offset + (b - 1) * channels);
  return sums[0] + sums[1] + sums[2];
}

/** Adds one row of outputs to the gradient of the taps: `gradient[a, b, c] += in(shifted) dout`. */
FERMENT_INLINE void addTapGradient(const Rows& in, const Rows& dout, long y, long outY, long stride, float* gradient) {
  const long channels = in.channels;
  for (long c = 0; c < channels; c += LANES) {
    Taps sums(gradient + c, channels);
    const Window window(in, y, 0, c);
    const float* g = dout.at(outY, 0) + c;
    for (long x = 0; x < dout.width; x++) {
      const Vector<LANES> value = load<LANES>(g + x * channels);
#pragma GCC unroll 3
      for (int a = 0; a < 3; a++)
#pragma GCC unroll 3
        for (int b = 0; b < 3; b++)
          sums.w[3 * a + b] += value * load<LANES>(window.row[a] + (x * stride + b - 1) * channels);
    }
#pragma GCC unroll 9
    for (int t = 0; t < TAPS; t++) store<LANES>(gradient + c + t * channels, sums.w[t]);
  }
}

/**
 * What outputs of stride 2 give back to the input row y. An even place was under the middle tap only, an odd one under
 * the first and the last; so one row of outputs reaches an even row, two an odd one, and pixels go in pairs.
 */
template <int ROWS, class Put>
FERMENT_INLINE void backPairs(const Taps& taps, const Rows& dout, long y, long width, long c, Put put) {
  const float* row[ROWS];
  for (int k = 0; k < ROWS; k++) row[k] = dout.at((y + 1 - (ROWS == 1 ? 1 : 2 * k)) / 2, 0) + c;
  for (long x = 0; x < width; x += 2) {
    Vector<LANES> even = {}, odd = {};
#pragma GCC unroll 2
    for (int k = 0; k < ROWS; k++) {
      const int first = 3 * (ROWS == 1 ? 1 : 2 * k);
      const float* at = row[k] + x / 2 * dout.channels;
      const Vector<LANES> here = load<LANES>(at), next = load<LANES>(at + dout.channels);
      even += taps.w[first + 1] * here;
      odd += taps.w[first] * next;
      odd += taps.w[first + 2] * here;
    }
    put(x, even);
    if (x + 1 < width) put(x + 1, odd);
  }
}

/** Calls `put(x, gradient)` along the input row y for channels from `c`. */
template <class Put>
FERMENT_INLINE void backRow(const Taps& taps, const Rows& dout, long y, long width, long stride, long c, Put put) {
  if (stride == 1) {
    const Window window(dout, y, 0, c);
    for (long x = 0; x < width; x++) put(x, convolve<true>(taps, window, x * dout.channels, dout.channels));
  } else if (y % 2 == 0) {
    backPairs<1>(taps, dout, y, width, c, put);
  } else {
    backPairs<2>(taps, dout, y, width, c, put);
  }
}
