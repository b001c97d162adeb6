#pragma once
// Mean and covariance of the narrow input of a widening 1x1 convolution: they give the statistics of its output.

#include "channels.h"
#include "moments.h"
#include "product.h"

constexpr long SOME_CHANNELS = 64;

/** `centred = x - mean`, `[pixels, channels]`. */
FERMENT_INLINE void centre(const float* x, const float* mean, long pixels, long channels, float* centred) {
  for (long p = 0; p < pixels; p++)
    for (long c = 0; c < channels; c++) centred[p * channels + c] = x[p * channels + c] - mean[c];
}

inline void meanOf(const ExpandArguments& at, Workers& workers) {
  const long size = at.extent.pixels() * at.narrow;
  float* sums = takeShared(workers, at.extent.images * at.narrow);
  forGroups(workers, at.extent.images, [&](long i, long) {
    float* sum = sums + i * at.narrow;
    for (long c = 0; c < at.narrow; c++) sum[c] = 0;
    for (long p = 0; p < size; p += at.narrow)
      for (long c = 0; c < at.narrow; c++) sum[c] += at.x[i * size + p + c];
  });
  sumGroups(sums, at.extent.images, at.narrow, at.xMean);
  const float count = static_cast<float>(at.extent.images * at.extent.pixels());
  for (long c = 0; c < at.narrow; c++) at.xMean[c] /= count;
}

/** `xMean [narrow]` and `covariance [narrow, narrow]` (biased) over all pixels of all images. */
inline void inputCovariance(const ExpandArguments& at, Workers& workers) {
  const long narrow = at.narrow, pixels = at.extent.pixels(), images = at.extent.images;
  const long groups = groupsOf(images), entries = narrow * narrow;
  meanOf(at, workers);
  float* parts = takeShared(workers, groups * entries);
  forGroups(workers, groups, [&](long group, long thread) {
    const Range range = imagesOf(group, images);
    float* centred = take(workers, thread, CHUNK * narrow);
    float* part = parts + group * entries;
    for (long i = 0; i < entries; i++) part[i] = 0;
    for (long p = range.begin * pixels, end = range.end * pixels; p < end; p += CHUNK) {
      const long count = end - p < CHUNK ? end - p : CHUNK;
      centre(at.x + p * narrow, at.xMean, count, narrow, centred);
      product(narrow, narrow, count, Factor<true>{centred, narrow}, centred, narrow, Add{part, narrow});
    }
  });
  sumGroups(parts, groups, entries, at.covariance);
  const float count = static_cast<float>(images * pixels);
  for (long i = 0; i < entries; i++) at.covariance[i] /= count;
}

/** `to = covariance expand`, `[narrow, wide]`. */
FERMENT_INLINE void covarianceTimes(const float* covariance, const float* expand, long narrow, long wide, float* to) {
  product(narrow, wide, narrow, Factor<false>{covariance, narrow}, expand, wide, Set{to, wide});
}

/** Statistics of `e = x expand`: mean `expand^T mean(x)`, variance `expand^T covariance(x) expand`, by channel. */
inline void expandedMoments(const ExpandArguments& at, const Settings& settings, Workers& workers) {
  const long narrow = at.narrow, wide = at.wide;
  const double count = static_cast<double>(at.extent.images) * at.extent.pixels();
  float* rows = takeShared(workers, narrow * wide);
  double means[SOME_CHANNELS], variances[SOME_CHANNELS];
  covarianceTimes(at.covariance, at.expand, narrow, wide, rows);
  for (long first = 0; first < wide; first += SOME_CHANNELS) {
    const long some = wide - first < SOME_CHANNELS ? wide - first : SOME_CHANNELS;
    for (long c = 0; c < some; c++) means[c] = variances[c] = 0;
    for (long i = 0; i < narrow; i++) {
      const float *expand = at.expand + i * wide + first, *row = rows + i * wide + first;
      for (long c = 0; c < some; c++) {
        means[c] += static_cast<double>(at.xMean[i]) * expand[c];
        variances[c] += static_cast<double>(row[c]) * expand[c];
      }
    }
    for (long c = 0; c < some; c++)
      putStatistics(first + c, means[c], variances[c] < 0 ? 0 : variances[c], count,
                    static_cast<double>(settings.factor), at.inner, at.innerStats);
  }
}
