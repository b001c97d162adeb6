#pragma once
// Mean and variance of channels over all images.

#include "groups.h"
#include "vector.h"

/** Of one image and some channels: mean, and the sum of squared deviations from it. */
struct ImageMoments {
  float* means;       // [images, channels]
  float* deviations;  // [images, channels]
};

inline ImageMoments takeMoments(Workers& workers, long images, long channels) {
  return {takeShared(workers, images * channels), takeShared(workers, images * channels)};
}

/** From sums about `shift` to mean and squared deviations of one image; sums may be given and taken in one place. */
FERMENT_INLINE void finishSums(const float* shift, const float* sum, const float* squares, long pixels, long channels,
                               float* mean, float* deviations) {
  for (long c = 0; c < channels; c++) {
    const float difference = sum[c] / static_cast<float>(pixels);
    deviations[c] = squares[c] - sum[c] * difference;
    mean[c] = shift[c] + difference;
  }
}

/**
 * Mean and biased variance of channel c over `count` pixels, and the moving statistics moved towards mean and unbiased
 * variance by `factor`, which says in which precision the old ones are weighed.
 */
template <class Factor>
inline void putStatistics(long c, double mean, double variance, double count, Factor factor, const NormInputs& norm,
                          const NormOutputs& to) {
  const double unbiased = count > 1 ? count / (count - 1) : 1;
  to.mean[c] = static_cast<float>(mean);
  to.variance[c] = static_cast<float>(variance);
  to.movingMean[c] = static_cast<float>((1 - factor) * norm.movingMean[c] + factor * mean);
  to.movingVariance[c] = static_cast<float>((1 - factor) * norm.movingVariance[c] + factor * unbiased * variance);
}

/** The statistics over all images, merged one by one (Chan, Golub and LeVeque, 1979) in double. */
inline void mergeMoments(const ImageMoments& of, long images, long pixels, long channels, float factor,
                         const NormInputs& norm, const NormOutputs& to) {
  const double count = static_cast<double>(images) * pixels;
  for (long c = 0; c < channels; c++) {
    double sum = 0, deviations = 0;
    for (long i = 0; i < images; i++) sum += of.means[i * channels + c];
    const double mean = sum / images;
    for (long i = 0; i < images; i++) {
      const double difference = of.means[i * channels + c] - mean;
      deviations += of.deviations[i * channels + c] + pixels * difference * difference;
    }
    putStatistics(c, mean, deviations < 0 ? 0 : deviations / count, count, factor, norm, to);
  }
}

/** `sqrt(variance + epsilon)` of channel c. */
inline double deviation(const KnownNorm& norm, long c, float epsilon) {
  return std::sqrt(static_cast<double>(norm.variance[c]) + epsilon);
}

/** `scale = gamma / sqrt(variance + epsilon)`; with `shift = beta - scale mean` where wanted, `y = scale x + shift`. */
inline void scaleAndShift(const KnownNorm& norm, long channels, float epsilon, float* scale, float* shift) {
  for (long c = 0; c < channels; c++) {
    const double s = norm.gamma[c] / deviation(norm, c, epsilon);
    scale[c] = static_cast<float>(s);
    if (shift != nullptr) shift[c] = static_cast<float>(norm.beta[c] - s * norm.mean[c]);
  }
}
