#pragma once
// Images cut into strips of tiles, and the strips transformed (winograd.h): some rows of images at a time, so that a
// transformed piece stays in the second cache.

#include "groups.h"
#include "winograd.h"

/** Tiles that are worked on together: more where the transformed kernels are too many for a cache. */
constexpr long TILES = 64;
constexpr long TILES_WHEN_WIDE = 96;
constexpr long WIDE = 128;

/** How the images fall into tiles of 2x2 pixels; a strip is a row of tiles, counted over all images. */
struct Tiling {
  long height, width;
  long most = TILES;
  long rows() const { return (height + 1) / 2; }
  long columns() const { return (width + 1) / 2; }
  /** Strips whose tiles are worked on together. */
  long strips() const { return columns() > most ? 1 : most / columns(); }
  long tiles() const { return strips() * columns(); }
  /** Where the strip's image begins among `images`, and the strip's first row in it. */
  template <class T>
  T* imageOf(T* images, long strip, long channels) const { return images + strip / rows() * height * width * channels; }
  long topOf(long strip) const { return strip % rows() * 2; }
  /** Between the 16 places of a piece: one line more than the numbers, or places would share the lines of a cache. */
  long plane(long channels) const { return tiles() * channels + 16; }
};

/** What the transformed tiles are summed over next: numbers that are one Number are neighbours in that sum. */
enum Sum { OVER_CHANNELS, OVER_TILES };

/** Transformed tiles side by side, places `plane` apart. */
template <Sum S>
struct Strip {
  long columns, channels;
  Number* to;
  long plane;

  /** Tiles in one Number. */
  static constexpr int STEP = S == OVER_TILES ? TOGETHER : 1;
  /** Numbers of a place; an odd tile has zeros beside it. */
  static long size(long columns, long channels) {
    return S == OVER_TILES ? togetherOf(columns) * channels : columns * channels / TOGETHER;
  }

  /** Stores all tiles of `transform(column, channel, put)`, a vector of channels after the other. */
  template <int L, class Transform>
  FERMENT_INLINE void fill(Transform transform) const {
    for (long x = 0; x < columns; x += STEP)
      for (long c = 0; c < channels; c += L) {
        if constexpr (S == OVER_CHANNELS) {
          transform(x, c, [&](int place, Vector<L> value) FERMENT_LAMBDA {
            storeNumbers<L>(to + place * plane, x * channels + c, value);
          });
        } else {
          Vector<L> places[PLACES][TOGETHER] = {};
#pragma GCC unroll 2
          for (int k = 0; k < STEP; k++)
            if (x + k < columns)
              transform(x + k, c, [&](int place, Vector<L> value) FERMENT_LAMBDA { places[place][k] = value; });
#pragma GCC unroll 16
          for (int place = 0; place < PLACES; place++)
            storeTogether<L>(to + place * plane + x / STEP * channels + c, places[place]);
        }
      }
  }
};

/** Transforms the input under one strip; `padded` is memory for four rows with zeros around. */
template <int L, Sum S>
FERMENT_INLINE void inputStrip(const float* images, const Tiling& tiling, long strip, float* padded, const Strip<S>& to) {
  const long channels = to.channels;
  const float* image = tiling.imageOf(images, strip, channels);
  const long top = tiling.topOf(strip) - 1, stride = (2 * tiling.columns() + 2) * channels;
  for (long r = 0; r < 4; r++) {
    float* row = padded + r * stride;
    const long y = top + r, size = tiling.width * channels;
    const bool inside = y >= 0 && y < tiling.height;
    for (long i = 0; i < channels; i++) row[i] = 0;
    if (inside) std::copy(image + y * size, image + (y + 1) * size, row + channels);
    for (long i = inside ? channels + size : 0; i < stride; i++) row[i] = 0;
  }
  to.template fill<L>([&](long x, long c, auto put) FERMENT_LAMBDA {
    transformInput<L>(padded + 2 * x * channels + c, stride, channels, put);
  });
}

/** The same for `count` strips from `first` on. */
template <Sum S>
FERMENT_INLINE void inputPiece(const float* images, const Tiling& tiling, long channels, long first, long count,
                               float* padded, Number* to, long plane) {
  const long columns = tiling.columns(), size = Strip<S>::size(columns, channels);
  withLanes(channels, [&](auto lanes) {
    for (long s = 0; s < count; s++)
      inputStrip<decltype(lanes)::value, S>(images, tiling, first + s, padded, {columns, channels, to + s * size, plane});
  });
}

/** The 2x2 pixels of one strip to where they belong; pixels beyond an odd edge are left out. */
template <int L, class Put>
FERMENT_INLINE void outputStrip(const float* m, long plane, const Tiling& tiling, long channels, long strip, Put put) {
  const long top = tiling.topOf(strip), first = strip / tiling.rows() * tiling.height + top;
  for (long x = 0; x < tiling.columns(); x++)
    for (long c = 0; c < channels; c += L) {
      const Quad<L> quad = transformOutput<L>(m + x * channels + c, plane);
      for (long a = 0; a < 2 && top + a < tiling.height; a++)
        for (long b = 0; b < 2 && 2 * x + b < tiling.width; b++)
          put.template operator()<L>(quad.v[a][b], ((first + a) * tiling.width + 2 * x + b) * channels + c, c);
    }
}

/** The gradient for the 2x2 pixels of one strip, transformed. */
template <int L>
FERMENT_INLINE void gradientStrip(const float* images, const Tiling& tiling, long strip, const Strip<OVER_TILES>& to) {
  const long channels = to.channels;
  const float* image = tiling.imageOf(images, strip, channels);
  const long top = tiling.topOf(strip);
  to.template fill<L>([&](long x, long c, auto put) FERMENT_LAMBDA {
    Quad<L> quad{};
    for (long a = 0; a < 2 && top + a < tiling.height; a++)
      for (long b = 0; b < 2 && 2 * x + b < tiling.width; b++)
        quad.v[a][b] = load<L>(image + ((top + a) * tiling.width + 2 * x + b) * channels + c);
    transformGradient<L>(quad, put);
  });
}

/** Calls `work(first strip, count)` for the pieces of a group of images. */
template <class Work>
FERMENT_INLINE void forPieces(const Tiling& tiling, Range images, Work work) {
  const long end = images.end * tiling.rows(), most = tiling.strips();
  for (long strip = images.begin * tiling.rows(); strip < end; strip += most)
    work(strip, end - strip < most ? end - strip : most);
}
