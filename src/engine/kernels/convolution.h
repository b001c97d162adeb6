#pragma once
// 3x3 convolutions of stride 1 with a ring of zeros, and their gradients, by Winograd's transform (winograd.h): the tiles
// of some rows of images at a time, so that a transformed piece stays in the second cache.

#include "groups.h"
#include "product.h"
#include "winograd.h"

/** Tiles that are worked on together: more where the transformed kernels are too many for a cache and read anew each time. */
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

/** Transforms the input under one strip; `padded` is memory for four rows with zeros around. */
template <int L>
FERMENT_INLINE void inputStrip(const float* images, const Tiling& tiling, long channels, long strip, float* padded,
                               float* to, long plane) {
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
  for (long x = 0; x < tiling.columns(); x++)
    for (long c = 0; c < channels; c += L)
      transformInput<L>(padded + 2 * x * channels + c, stride, channels, to + x * channels + c, plane);
}

/** The same for `count` strips from `first` on. */
FERMENT_INLINE void inputPiece(const float* images, const Tiling& tiling, long channels, long first, long count,
                               float* padded, float* to, long plane) {
  withLanes(channels, [&](auto lanes) {
    for (long s = 0; s < count; s++)
      inputStrip<decltype(lanes)::value>(images, tiling, channels, first + s, padded,
                                         to + s * tiling.columns() * channels, plane);
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
FERMENT_INLINE void gradientStrip(const float* images, const Tiling& tiling, long channels, long strip, float* to,
                                  long plane) {
  const float* image = tiling.imageOf(images, strip, channels);
  const long top = tiling.topOf(strip);
  for (long x = 0; x < tiling.columns(); x++)
    for (long c = 0; c < channels; c += L) {
      Quad<L> quad{};
      for (long a = 0; a < 2 && top + a < tiling.height; a++)
        for (long b = 0; b < 2 && 2 * x + b < tiling.width; b++)
          quad.v[a][b] = load<L>(image + ((top + a) * tiling.width + 2 * x + b) * channels + c);
      transformGradient<L>(quad, to + x * channels + c, plane);
    }
}

/** Calls `work(first strip, count)` for the pieces of a group of images. */
template <class Work>
FERMENT_INLINE void forPieces(const Tiling& tiling, Range images, Work work) {
  const long end = images.end * tiling.rows(), most = tiling.strips();
  for (long strip = images.begin * tiling.rows(); strip < end; strip += most)
    work(strip, end - strip < most ? end - strip : most);
}

/** `y = activation(x * kernels + bias + other)`; turned round, `x` is the gradient for the output and `y` that for the input. */
void convolution(const ConvolutionArguments& at, const Settings& settings, Workers& workers) {
  const long in = at.turned ? at.out : at.in, out = at.turned ? at.in : at.out;
  const Tiling tiling{at.height, at.width, in > WIDE || out > WIDE ? TILES_WHEN_WIDE : TILES};
  const long inPlane = tiling.plane(in), outPlane = tiling.plane(out), columns = tiling.columns();
  float* filter = takeShared(workers, PLACES * in * out);
  forGroups(workers, at.in, [&](long i, long) {
    withLanes(at.out, [&](auto lanes) {
      transformFilter<decltype(lanes)::value>(at.filter, at.in, at.out, i, at.turned, filter);
    });
  });
  // No number here is a sum over images: pieces may be cut anywhere.
  const long strips = at.images * tiling.rows(), most = tiling.strips();
  forGroups(workers, (strips + most - 1) / most, [&](long piece, long thread) {
    const long first = piece * most, count = strips - first < most ? strips - first : most;
    float* padded = take(workers, thread, 4 * (2 * columns + 2) * in);
    float* v = take(workers, thread, PLACES * inPlane);
    float* m = take(workers, thread, PLACES * outPlane);
    inputPiece(at.x, tiling, in, first, count, padded, v, inPlane);
    for (long k = 0; k < PLACES; k++)
      product(count * columns, out, in, Factor<false>{v + k * inPlane, in}, filter + k * in * out, out,
              Set{m + k * outPlane, out});
    withActivation(settings.activation, [&](auto activation) {
      const Finish<decltype(activation)::value> finish{at.bias, at.other, at.y};
      withLanes(out, [&](auto lanes) {
        for (long s = 0; s < count; s++)
          outputStrip<decltype(lanes)::value>(m + s * columns * out, outPlane, tiling, out, first + s, finish);
      });
    });
  });
}

/** `dkernels[a, b, i, o] = sum of x(shifted)[i] dy[o]`: the sum over tiles is taken at the 16 places. */
void convolutionFilterGrad(const ConvolutionGradArguments& at, const Settings&, Workers& workers) {
  const Tiling tiling{at.height, at.width};
  const long in = at.in, out = at.out, entries = in * out, groups = groupsOf(at.images);
  const long inPlane = tiling.plane(in), outPlane = tiling.plane(out), columns = tiling.columns();
  float* sums = takeShared(workers, groups * PLACES * entries);
  forGroups(workers, groups, [&](long group, long thread) {
    float* padded = take(workers, thread, 4 * (2 * columns + 2) * in);
    float* v = take(workers, thread, PLACES * inPlane);
    float* z = take(workers, thread, PLACES * outPlane);
    float* sum = sums + group * PLACES * entries;
    const Range images = imagesOf(group, at.images);
    forPieces(tiling, images, [&](long first, long count) {
      inputPiece(at.x, tiling, in, first, count, padded, v, inPlane);
      withLanes(out, [&](auto lanes) {
        for (long s = 0; s < count; s++)
          gradientStrip<decltype(lanes)::value>(at.dy, tiling, out, first + s, z + s * columns * out, outPlane);
      });
      const bool begins = first == images.begin * tiling.rows();
      for (long k = 0; k < PLACES; k++) {
        const Factor<true> left{v + k * inPlane, in};
        float* to = sum + k * entries;
        if (begins) product(in, out, count * columns, left, z + k * outPlane, out, Set{to, out});
        else product(in, out, count * columns, left, z + k * outPlane, out, Add{to, out});
      }
    });
  });
  forGroups(workers, in, [&](long i, long thread) {
    float* rows = take(workers, thread, PLACES * out);
    for (long k = 0; k < PLACES; k++)
      sumParts(sums + k * entries + i * out, groups, PLACES * entries, out, rows + k * out);
    for (long o = 0; o < out; o++) filterGradient(rows + o, out, at.dfilter + i * out + o, entries);
  });
}
