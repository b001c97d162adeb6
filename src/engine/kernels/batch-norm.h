#pragma once
// Batch norm and the activation after it in training: two readings and one writing.

#include "channels.h"
#include "moments.h"

/** Mean and squared deviations of one image, summed about each channel's first value. */
template <int L>
void imageMoments(const float* x, long pixels, long channels, float* mean, float* deviations) {
  for (long c = 0; c < channels; c++) mean[c] = deviations[c] = 0;
  forChunks(pixels, [&](long first, long end) {
    forVectors<L>(channels, [&](auto count, long c) FERMENT_LAMBDA {
      constexpr int V = decltype(count)::value;
      const Vectors<L, V> shift(x + c);
      Vectors<L, V> sum{}, squares{};
      for (long p = first * channels + c; p < end * channels; p += channels) {
#pragma GCC unroll 4
        for (int i = 0; i < V; i++) {
          const Vector<L> difference = load<L>(x + p + i * L) - shift.v[i];
          sum.v[i] += difference;
          squares.v[i] += difference * difference;
        }
      }
      sum.addTo(mean + c);
      squares.addTo(deviations + c);
    });
  });
  finishSums(x, mean, deviations, pixels, channels, mean, deviations);
}

/** `y = activation(gamma (x - mean) / sqrt(variance + epsilon) + beta + other)` with the statistics of the batch. */
void batchNorm(const BatchNormArguments& at, const Settings& settings, Workers& workers) {
  const long size = at.pixels * at.channels;
  const ImageMoments moments = takeMoments(workers, at.images, at.channels);
  float* scale = takeShared(workers, at.channels);
  float* shift = takeShared(workers, at.channels);
  const bool past = goesPast(at.y, at.images * size, at.channels);
  withLanes(at.channels, [&](auto lanes) {
    constexpr int L = decltype(lanes)::value;
    forGroups(workers, at.images, [&](long i, long) {
      imageMoments<L>(at.x + i * size, at.pixels, at.channels, moments.means + i * at.channels,
                      moments.deviations + i * at.channels);
    });
    mergeMoments(moments, at.images, at.pixels, at.channels, settings.factor, at.norm, at.stats);
    scaleAndShift({at.norm.gamma, at.norm.beta, at.stats.mean, at.stats.variance}, at.channels, settings.epsilon, scale,
                  shift);
    withActivation(settings.activation, [&](auto activation) {
      constexpr int A = decltype(activation)::value;
      forGroups(workers, at.images, [&](long group, long) {
        // Backwards: the last images are still in the cache.
        const long i = at.images - 1 - group;
        const float* x = at.x + i * size;
        const float* other = at.other == nullptr ? nullptr : at.other + i * size;
        float* y = at.y + i * size;
        forChunks(at.pixels, [&](long first, long end) {
          forVectors<L>(at.channels, [&](auto count, long c) FERMENT_LAMBDA {
            constexpr int V = decltype(count)::value;
            const Vectors<L, V> s(scale + c), t(shift + c);
            for (long p = first * at.channels + c; p < end * at.channels; p += at.channels) {
#pragma GCC unroll 4
              for (int k = 0; k < V; k++) {
                Vector<L> value = load<L>(x + p + k * L) * s.v[k] + t.v[k];
                if (other != nullptr) value += load<L>(other + p + k * L);
                put<L>(past, y + p + k * L, activate<A, L>(value));
              }
            }
          });
        });
      });
    });
  });
}
