#pragma once
// Winograd's F(2x2, 3x3) (Lavin and Gray, 2016): `y = A^T [(G g G^T) . (B^T d B)] A` makes 2x2 pixels of a 3x3 convolution
// from 4x4 with 16 multiplications instead of 36. All factors are 1 or 1/2, so that little is lost in float.

#include "channels.h"
#include "numbers.h"

constexpr int PLACES = 16;  // of a transformed tile

/** `B^T d B` of a 4x4 tile whose rows are `stride` apart, its pixels `channels`; calls `put(place, vector)`. */
template <int L, class Put>
FERMENT_INLINE void transformInput(const float* d, long stride, long channels, Put put) {
  Vector<L> rows[4][4];
#pragma GCC unroll 4
  for (int x = 0; x < 4; x++) {
    Vector<L> c[4];
#pragma GCC unroll 4
    for (int y = 0; y < 4; y++) c[y] = load<L>(d + y * stride + x * channels);
    rows[0][x] = c[0] - c[2];
    rows[1][x] = c[1] + c[2];
    rows[2][x] = c[2] - c[1];
    rows[3][x] = c[1] - c[3];
  }
#pragma GCC unroll 4
  for (int y = 0; y < 4; y++) {
    const Vector<L>* r = rows[y];
    put(4 * y + 0, r[0] - r[2]);
    put(4 * y + 1, r[1] + r[2]);
    put(4 * y + 2, r[2] - r[1]);
    put(4 * y + 3, r[1] - r[3]);
  }
}

/** `A^T m A`: the 2x2 pixels of a tile. */
template <int L>
struct Quad {
  Vector<L> v[2][2];
};
template <int L>
FERMENT_INLINE Quad<L> transformOutput(const float* m, long plane) {
  Vector<L> rows[2][4];
#pragma GCC unroll 4
  for (int x = 0; x < 4; x++) {
    Vector<L> c[4];
#pragma GCC unroll 4
    for (int y = 0; y < 4; y++) c[y] = load<L>(m + (4 * y + x) * plane);
    rows[0][x] = c[0] + c[1] + c[2];
    rows[1][x] = c[1] - c[2] - c[3];
  }
  Quad<L> to;
#pragma GCC unroll 2
  for (int y = 0; y < 2; y++) {
    to.v[y][0] = rows[y][0] + rows[y][1] + rows[y][2];
    to.v[y][1] = rows[y][1] - rows[y][2] - rows[y][3];
  }
  return to;
}

/** The adjoint of `transformOutput`, `A dy A^T`: what the gradient of 2x2 pixels is at the 16 places. */
template <int L, class Put>
FERMENT_INLINE void transformGradient(const Quad<L>& dy, Put put) {
  Vector<L> rows[4][2];
#pragma GCC unroll 2
  for (int x = 0; x < 2; x++) {
    rows[0][x] = dy.v[0][x];
    rows[1][x] = dy.v[0][x] + dy.v[1][x];
    rows[2][x] = dy.v[0][x] - dy.v[1][x];
    rows[3][x] = -dy.v[1][x];
  }
#pragma GCC unroll 4
  for (int y = 0; y < 4; y++) {
    put(4 * y + 0, rows[y][0]);
    put(4 * y + 1, rows[y][0] + rows[y][1]);
    put(4 * y + 2, rows[y][0] - rows[y][1]);
    put(4 * y + 3, -rows[y][1]);
  }
}

/** One row of `G`: from three to place i of four. */
template <class T>
FERMENT_INLINE T filterRow(int i, T a, T b, T c) {
  if (i == 0) return a;
  if (i == 3) return c;
  return (a + (i == 1 ? b : -b) + c) * 0.5f;
}

/** `G g G^T` of one vector of kernels, whose nine taps are at `g(a, b)`; calls `put(place, vector)`. */
template <int L, class Taps, class Put>
FERMENT_INLINE void transformTaps(Taps g, Put put) {
  Vector<L> rows[4][3];
#pragma GCC unroll 3
  for (int b = 0; b < 3; b++) {
    const Vector<L> taps[3] = {g(0, b), g(1, b), g(2, b)};
#pragma GCC unroll 4
    for (int y = 0; y < 4; y++) rows[y][b] = filterRow(y, taps[0], taps[1], taps[2]);
  }
#pragma GCC unroll 4
  for (int y = 0; y < 4; y++) {
#pragma GCC unroll 4
    for (int x = 0; x < 4; x++) put(4 * y + x, filterRow(x, rows[y][0], rows[y][1], rows[y][2]));
  }
}

/**
 * `to[16, in, out] = G g G^T` of the kernels `[3, 3, in, out]`, of as many input channels from `i` on as are one Number;
 * turned round, `[16, out, in]` of the kernels whose convolution is the gradient for the input.
 */
template <int L>
FERMENT_INLINE void transformFilter(const float* g, long in, long out, long i, bool turned, Number* to) {
  const long entries = in * out, numbers = entries / TOGETHER;
  for (long o = 0; o < out; o += L) {
    Vector<L> places[PLACES][TOGETHER];
#pragma GCC unroll 2
    for (int k = 0; k < TOGETHER; k++) {
      const float* from = g + (i + k) * out + o;
      transformTaps<L>([&](int a, int b) { return load<L>(from + (turned ? (2 - a) * 3 + 2 - b : a * 3 + b) * entries); },
                       [&](int place, Vector<L> value) { places[place][k] = value; });
    }
    for (int place = 0; place < PLACES; place++) {
      Number* plane = to + place * numbers;
      if (!turned) storeTogether<L>(plane + i / TOGETHER * out + o, places[place]);
      else for (int k = 0; k < TOGETHER; k++) storeColumn<L>(plane, o, i + k, in, places[place][k]);
    }
  }
}

/** One row of `G^T`: from four, `step` apart, to tap a of three. */
inline float filterGradientRow(int a, const float* u, long step) {
  if (a == 1) return (u[step] - u[2 * step]) / 2;
  return (u[step] + u[2 * step]) / 2 + (a == 0 ? u[0] : u[3 * step]);
}

/** The adjoint of `transformFilter`, `dg = G^T u G`, for one input and one output channel: places and taps are apart. */
inline void filterGradient(const float* u, long place, float* dg, long tap) {
  float rows[3][4];
  for (int a = 0; a < 3; a++)
    for (int x = 0; x < 4; x++) rows[a][x] = filterGradientRow(a, u + x * place, 4 * place);
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++) dg[(3 * a + b) * tap] = filterGradientRow(b, rows[a], 1);
}
