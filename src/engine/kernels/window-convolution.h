#pragma once
// Convolutions of stride 1 by their windows: 1x1, and 3x3 with a ring of zeros on images of so few channels that
// Winograd's transform would have nothing to fill vectors with. The windows of some pixels are rows of a matrix, whose
// product with the kernels is the result; its transpose gives their gradient.

#include "project.h"

/** The windows of an image batch. Those of 1x1 are the pixels as they lie in memory. */
struct Windows {
  long side, height, width, channels;
  long size() const { return side * side * channels; }
  /** Pixels whose windows are made at a time. */
  long pixels() const { return side == 1 ? 2 * CHUNK : width; }
  long rowSize() const { return (width + 2) * channels; }
  long paddedSize() const { return side == 1 ? 0 : (height + 2) * rowSize(); }
  long workSize() const { return paddedSize() + (side == 1 ? 0 : width * size()); }

  /** Copies an image into the inner part of `padded`, whose ring is 0 already. */
  void pad(const float* image, float* padded) const {
    for (long y = 0; y < height; y++)
      std::memcpy(padded + (y + 1) * rowSize() + channels, image + y * width * channels, width * channels * sizeof(float));
  }
  /** `to[width, 9 channels]`: the windows of row `y`. */
  void ofRow(const float* padded, long y, float* to) const {
    const long run = 3 * channels;
    for (long x = 0; x < width; x++)
      for (long a = 0; a < 3; a++) {
        const float* from = padded + (y + a) * rowSize() + x * channels;
        for (long i = 0; i < run; i++) *to++ = from[i];
      }
  }
};

/** Calls `work(windows, first pixel, count)` until all pixels of some images were seen. */
template <class Work>
FERMENT_INLINE void forWindows(const float* images, const Windows& windows, Range range, long thread, Workers& workers,
                               Work work) {
  const long pixels = windows.height * windows.width, most = windows.pixels();
  if (windows.side == 1) {
    const long end = range.end * pixels;
    for (long p = range.begin * pixels; p < end; p += most)
      work(images + p * windows.channels, p, end - p < most ? end - p : most);
    return;
  }
  float* padded = takeZeros(workers, thread, windows.workSize());
  float* rows = padded + windows.paddedSize();
  for (long image = range.begin; image < range.end; image++) {
    windows.pad(images + image * pixels * windows.channels, padded);
    for (long y = 0; y < windows.height; y++) {
      windows.ofRow(padded, y, rows);
      work(rows, image * pixels + y * windows.width, windows.width);
    }
  }
}

/**
 * `y = activation(x * kernels + bias + other)`; turned round (1x1 alone), `x` is the gradient for the output and `y` that for
 * the input.
 */
void windowConvolution(const ConvolutionArguments& at, const Settings& settings, Workers& workers) {
  const long in = at.turned ? at.out : at.in, out = at.turned ? at.in : at.out;
  const Windows windows{settings.side, at.height, at.width, in};
  const long size = windows.size();
  const float* filter = at.filter;
  if (at.turned) {
    float* transposed = takeShared(workers, in * out);
    transpose(filter, out, in, transposed);
    filter = transposed;
  }
  forGroups(workers, groupsOf(at.images), [&](long group, long thread) {
    forWindows(at.x, windows, imagesOf(group, at.images), thread, workers, [&](const float* rows, long first, long count) {
      withActivation(settings.activation, [&](auto activation) {
        const Finish<decltype(activation)::value> finish{at.bias, at.other, at.y};
        product(count, out, size, Factor<false>{rows, size}, filter, out, [&](long row, long col, auto value) FERMENT_LAMBDA {
          finish.template operator()<sizeof(value) / sizeof(float)>(value, (first + row) * out + col, col);
        });
      });
    });
  });
}

/** `dkernels[window, o] = sum over pixels of x(window) dy[o]`. */
void windowConvolutionFilterGrad(const ConvolutionGradArguments& at, const Settings& settings, Workers& workers) {
  const Windows windows{settings.side, at.height, at.width, at.in};
  const long size = windows.size(), out = at.out, entries = size * out, groups = groupsOf(at.images);
  float* sums = takeZeros(workers, workers.threads, groups * entries);
  forGroups(workers, groups, [&](long group, long thread) {
    forWindows(at.x, windows, imagesOf(group, at.images), thread, workers, [&](const float* rows, long first, long count) {
      product(size, out, count, Factor<true>{rows, size}, at.dy + first * out, out, Add{sums + group * entries, out});
    });
  });
  sumGroups(sums, groups, entries, at.dfilter);
}
