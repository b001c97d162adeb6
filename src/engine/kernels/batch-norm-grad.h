#pragma once
// The gradient of batch-norm.h: four readings and one writing.

#include "batch-norm.h"

/**
 * With g = dy where the activation passes, x' = (x - mean) / sqrt(variance + epsilon) and m() the mean over all pixels:
 * `dbeta = sum g`, `dgamma = sum g x'`, `dx = scale (g - m(g) - x' m(g x'))` (Ioffe and Szegedy, 2015, algorithm 1).
 */
struct NormGradient {
  float *g, *x, *constant;  // dx = g * dy' + x * x + constant
};

/** The three factors by channel from the sums of the gradient. */
inline void normGradientFactors(const KnownNorm& norm, const float* dgamma, const float* dbeta, long channels,
                                double count, float epsilon, const NormGradient& to) {
  for (long c = 0; c < channels; c++) {
    const double inverse = 1 / deviation(norm, c, epsilon);
    const double scale = norm.gamma[c] * inverse;
    const double slope = -scale * inverse * dgamma[c] / count;
    to.g[c] = static_cast<float>(scale);
    to.x[c] = static_cast<float>(slope);
    to.constant[c] = static_cast<float>(-scale * dbeta[c] / count - slope * norm.mean[c]);
  }
}

/** `dgamma` from the sum of `g (x - mean)`. */
inline void scaleDgamma(const KnownNorm& norm, long channels, float epsilon, float* dgamma) {
  for (long c = 0; c < channels; c++)
    dgamma[c] = static_cast<float>(dgamma[c] / deviation(norm, c, epsilon));
}

void batchNormGrad(const BatchNormGradArguments& at, const Settings& settings, Workers& workers) {
  const long size = at.pixels * at.channels, channels = at.channels;
  float* betas = takeShared(workers, at.images * channels);
  float* gammas = takeShared(workers, at.images * channels);
  float* scale = takeShared(workers, channels);
  float* shift = takeShared(workers, channels);
  const NormGradient to{takeShared(workers, channels), takeShared(workers, channels), takeShared(workers, channels)};
  scaleAndShift(at.norm, channels, settings.epsilon, scale, shift);
  const bool past = goesPast(at.dx, at.images * size, channels);
  withLanes(channels, [&](auto lanes) {
    constexpr int L = decltype(lanes)::value;
    withActivation(settings.activation, [&](auto activation) {
      constexpr int A = decltype(activation)::value;
      // Calls use(vector, place, x, g) along a piece of an image; g has been stored where `stored` says so.
      const auto gated = [&](long i, long c, long first, long end, auto count, const float* stored, auto use)
          FERMENT_LAMBDA {
        constexpr int V = decltype(count)::value;
        const float *x = at.x + i * size, *dy = at.dy + i * size, *y = at.y == nullptr ? nullptr : at.y + i * size;
        const Vectors<L, V> s(scale + c), t(shift + c);
        for (long p = first * channels + c; p < end * channels; p += channels) {
#pragma GCC unroll 4
          for (int k = 0; k < V; k++) {
            const long place = p + k * L;
            const Vector<L> value = load<L>(x + place);
            if (stored != nullptr) {
              use(k, place, value, load<L>(stored + i * size + place));
              continue;
            }
            const Vector<L> before = y == nullptr ? value * s.v[k] + t.v[k] : load<L>(y + place);
            use(k, place, value, gate<A, L>(before, load<L>(dy + place)));
          }
        }
      };
      forGroups(workers, at.images, [&](long i, long) {
        float *dbeta = betas + i * channels, *dgamma = gammas + i * channels;
        for (long c = 0; c < channels; c++) dbeta[c] = dgamma[c] = 0;
        forChunks(at.pixels, [&](long first, long end) {
          forVectors<L>(channels, [&](auto count, long c) FERMENT_LAMBDA {
            constexpr int V = decltype(count)::value;
            Vectors<L, V> sum{}, product{};
            const Vectors<L, V> mean(at.norm.mean + c);
            gated(i, c, first, end, count, nullptr, [&](int k, long p, Vector<L> x, Vector<L> g) FERMENT_LAMBDA {
              if (at.dother != nullptr) store<L>(at.dother + i * size + p, g);
              sum.v[k] += g;
              product.v[k] += g * (x - mean.v[k]);
            });
            sum.addTo(dbeta + c);
            product.addTo(dgamma + c);
          });
        });
      });
      sumGroups(betas, at.images, channels, at.dbeta);
      sumGroups(gammas, at.images, channels, at.dgamma);
      scaleDgamma(at.norm, channels, settings.epsilon, at.dgamma);
      normGradientFactors(at.norm, at.dgamma, at.dbeta, channels, static_cast<double>(at.images) * at.pixels,
                          settings.epsilon, to);
      forGroups(workers, at.images, [&](long group, long) {
        const long i = at.images - 1 - group;
        float* dx = at.dx + i * size;
        forChunks(at.pixels, [&](long first, long end) {
          forVectors<L>(channels, [&](auto count, long c) FERMENT_LAMBDA {
            constexpr int V = decltype(count)::value;
            const Vectors<L, V> a(to.g + c), b(to.x + c), constant(to.constant + c);
            gated(i, c, first, end, count, at.dother, [&](int k, long p, Vector<L> x, Vector<L> g) FERMENT_LAMBDA {
              put<L>(past, dx + p, a.v[k] * g + (b.v[k] * x + constant.v[k]));
            });
          });
        });
      });
    });
  });
}
