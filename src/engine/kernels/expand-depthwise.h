#pragma once
// A widening 1x1 convolution, its batch norm, ReLU6 and a 3x3 depthwise convolution in one pass. Of the wide tensor
// between them four rows are in the cache, and none of it is written; its statistics follow from those of the input.

#include "covariance.h"
#include "depthwise.h"

/** Makes rows of the depthwise convolution's input from the narrow rows. */
struct RowMaker {
  const float* xMean;
  const Number* expand;
  const float *scale, *beta;
  long narrow, wide;
  bool expands;

  /**
   * Row y: `a = relu6(scale (x' expand) + beta)` with x' = x - mean, which goes to `centred`; `x' expand` goes to `e`
   * where that is wanted; `numbers` is memory for x'. Without an expansion, `a = x`.
   */
  FERMENT_INLINE void make(const float* x, const Rows& a, long y, float* centred, Number* numbers, float* e) const {
    float* row = a.at(y, 0);
    if (!expands) {
      for (long i = 0; i < a.width * wide; i++) row[i] = x[i];
      return;
    }
    centre(x, xMean, a.width, narrow, centred);
    const long depth = togetherOf(narrow);
    const Factor<false, Number> rows{asNumbers(centred, a.width * narrow, numbers), depth};
    product(a.width, wide, depth, rows, expand, wide,
            [&](long r, long c, auto value) FERMENT_LAMBDA {
              constexpr int L = sizeof(value) / sizeof(float);
              if (e != nullptr) store<L>(e + r * wide + c, value);
              store<L>(row + r * wide + c, activate<RELU6, L>(value * load<L>(scale + c) + load<L>(beta + c)));
            });
  }
};

/** That of an operation's forward or backward pass, its kernels as they are multiplied. */
template <class Arguments>
FERMENT_INLINE RowMaker rowMakerOf(const Arguments& at, const float* scale, Workers& workers) {
  const bool expands = at.expand != nullptr;
  const Number* expand = expands ? shareRows(at.expand, at.narrow, at.wide, workers) : nullptr;
  return {at.xMean, expand, scale, at.inner.beta, at.narrow, at.wide, expands};
}

/** Sums of one image by channel, about its first value, so that a mean far from 0 costs no digits. */
struct ChannelSums {
  float *shift, *sum, *squares;
};

/** One row of `d` from the rows around `y`, added to the sums. */
FERMENT_INLINE void convolveRow(const float* depthwise, const Rows& a, long y, const Extent& extent, float* d, bool past,
                                const ChannelSums& sums) {
  const long channels = a.channels;
  for (long c = 0; c < channels; c += LANES) {
    const Taps taps(depthwise + c, channels);
    const Window window(a, y, 0, c);
    if (y == 0) {
      store<LANES>(sums.shift + c, convolve<false>(taps, window, 0, channels));
      store<LANES>(sums.sum + c, Vector<LANES>{});
      store<LANES>(sums.squares + c, Vector<LANES>{});
    }
    const Vector<LANES> shift = load<LANES>(sums.shift + c);
    Vector<LANES> sum = {}, squares = {};
    for (long x = 0; x < extent.outWidth(); x++) {
      const Vector<LANES> value = convolve<false>(taps, window, x * extent.stride * channels, channels);
      put<LANES>(past, d + x * channels + c, value);
      const Vector<LANES> difference = value - shift;
      sum += difference;
      squares += difference * difference;
    }
    store<LANES>(sums.sum + c, load<LANES>(sums.sum + c) + sum);
    store<LANES>(sums.squares + c, load<LANES>(sums.squares + c) + squares);
  }
}

/**
 * `d = depthwise3x3(relu6(norm(x expand)))` with a ring of zeros; without `expand`, `d = depthwise3x3(x)`. Gives the
 * statistics of both batch norms, the one inside and the one that follows `d`.
 */
void expandDepthwise(const ExpandArguments& at, const Settings& settings, Workers& workers) {
  const Extent& extent = at.extent;
  const long wide = at.wide, rowSize = extent.width * at.narrow, outRow = extent.outWidth() * wide;
  const bool expands = at.expand != nullptr;
  float* scale = takeShared(workers, wide);
  if (expands) {
    inputCovariance(at, workers);
    expandedMoments(at, settings, workers);
    scaleAndShift({at.inner.gamma, at.inner.beta, at.innerStats.mean, at.innerStats.variance}, wide, settings.epsilon,
                  scale, nullptr);
  }
  const RowMaker maker = rowMakerOf(at, scale, workers);
  const ImageMoments moments = takeMoments(workers, extent.images, wide);
  const bool past = goesPast(at.d, extent.images * extent.outPixels() * wide, wide);
  forGroups(workers, groupsOf(extent.images), [&](long group, long thread) {
    const Range range = imagesOf(group, extent.images);
    const Rows a = takeRows(workers, thread, extent.width, wide);
    float* centred = take(workers, thread, rowSize);
    Number* numbers = takeNumbers(workers, thread, rowSize);
    const ChannelSums sums{take(workers, thread, wide), take(workers, thread, wide), take(workers, thread, wide)};
    for (long i = range.begin; i < range.end; i++) {
      const float* x = at.x + i * extent.height * rowSize;
      float* d = at.d + i * extent.outHeight() * outRow;
      a.clear(-1);
      maker.make(x, a, 0, centred, numbers, nullptr);
      for (long y = 0; y < extent.height; y++) {
        if (y + 1 < extent.height) maker.make(x + (y + 1) * rowSize, a, y + 1, centred, numbers, nullptr);
        else a.clear(y + 1);
        if (y % extent.stride == 0)
          convolveRow(at.depthwise, a, y, extent, d + y / extent.stride * outRow, past, sums);
      }
      finishSums(sums.shift, sums.sum, sums.squares, extent.outPixels(), wide, moments.means + i * wide,
                 moments.deviations + i * wide);
    }
  });
  mergeMoments(moments, extent.images, extent.outPixels(), wide, settings.factor, at.outer, at.outerStats);
}
