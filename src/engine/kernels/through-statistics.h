#pragma once
// What the gradient of a widening 1x1 convolution with batch norm is beyond row by row: sums over all images.

#include "expand-depthwise.h"
#include "project.h"

/** What all threads read, and what each group of images adds up. */
struct GradShared {
  NormGradient outer;
  float *scale, *scaledTransposed;                // scaledTransposed: [wide, narrow], expand^T times scale
  const Number* back;                             // the same, as it is multiplied
  float *dexpand, *ddepthwise, *dbeta, *dgamma;   // one after the other for each group
};

inline GradShared shareGradients(const ExpandGradArguments& at, const Settings& settings, Workers& workers) {
  const long wide = at.wide, narrow = at.narrow, groups = groupsOf(at.extent.images);
  const auto zeros = [&](long floats) { return takeZeros(workers, workers.threads, floats); };
  GradShared to{};
  to.outer = {takeShared(workers, wide), takeShared(workers, wide), takeShared(workers, wide)};
  normGradientFactors(at.outer, at.outerDgamma, at.outerDbeta, wide,
                      static_cast<double>(at.extent.images) * at.extent.outPixels(), settings.epsilon, to.outer);
  to.ddepthwise = zeros(groups * TAPS * wide);
  if (at.expand == nullptr) return to;
  to.scale = takeShared(workers, wide);
  to.scaledTransposed = takeShared(workers, wide * narrow);
  to.dexpand = zeros(groups * narrow * wide);
  to.dbeta = zeros(groups * wide);
  to.dgamma = zeros(groups * wide);
  scaleAndShift(at.inner, wide, settings.epsilon, to.scale, nullptr);
  for (long c = 0; c < wide; c++)
    for (long k = 0; k < narrow; k++) to.scaledTransposed[c * narrow + k] = at.expand[k * wide + c] * to.scale[c];
  to.back = shareRows(to.scaledTransposed, wide, narrow, workers);
  return to;
}

/** `dx -= fromMean + x' fromVariance` for every pixel, x' the centred input. */
inline void correctInput(const ExpandGradArguments& at, const float* fromMean, const float* fromVariance,
                         Workers& workers) {
  const long narrow = at.narrow, pixels = at.extent.pixels();
  forGroups(workers, groupsOf(at.extent.images), [&](long group, long thread) {
    const Range range = imagesOf(group, at.extent.images);
    float* centred = take(workers, thread, TILE * narrow);
    for (long p = range.begin * pixels, end = range.end * pixels; p < end; p += TILE) {
      const long count = end - p < TILE ? end - p : TILE;
      centre(at.x + p * narrow, at.xMean, count, narrow, centred);
      float* dx = at.dx + p * narrow;
      product(count, narrow, narrow, Factor<false>{centred, narrow}, fromVariance, narrow,
              [&](long r, long c, auto value) FERMENT_LAMBDA {
                constexpr int L = sizeof(value) / sizeof(float);
                float* to = dx + r * narrow + c;
                store<L>(to, load<L>(to) - value - load<L>(fromMean + c));
              });
    }
  });
}

/**
 * The part of the gradients that goes through mean and variance of `e = x expand`. With x' the centred input, s the
 * scale, i = 1 / sqrt(variance + epsilon), m and q the means of g and of g e' i over all pixels:
 * `dexpand = s (x'^T g - pixels covariance expand i q)`, and from every pixel of dx goes
 * `expand (s m) + x' (expand diag(s q i) expand^T)`, which needs no wide tensor.
 */
inline void throughStatistics(const ExpandGradArguments& at, const Settings& settings, const GradShared& shared,
                              Workers& workers) {
  const long narrow = at.narrow, wide = at.wide, groups = groupsOf(at.extent.images);
  const double count = static_cast<double>(at.extent.images) * at.extent.pixels();
  sumGroups(shared.dexpand, groups, narrow * wide, at.dexpand);
  sumGroups(shared.dbeta, groups, wide, at.dbeta);
  sumGroups(shared.dgamma, groups, wide, at.dgamma);
  scaleDgamma(at.inner, wide, settings.epsilon, at.dgamma);
  float* means = takeShared(workers, wide);   // m
  float* slopes = takeShared(workers, wide);  // i q
  for (long c = 0; c < wide; c++) {
    const double inverse = 1 / deviation(at.inner, c, settings.epsilon);
    means[c] = static_cast<float>(at.dbeta[c] / count);
    slopes[c] = static_cast<float>(inverse * at.dgamma[c] / count);
  }
  float* rows = takeShared(workers, narrow * wide);
  float* sloped = takeShared(workers, narrow * wide);  // expand diag(i q)
  float* fromMean = takeZeros(workers, workers.threads, narrow);
  float* fromVariance = takeShared(workers, narrow * narrow);
  covarianceTimes(at.covariance, at.expand, narrow, wide, rows);
  for (long i = 0; i < narrow; i++) {
    double sum = 0;
    for (long c = 0; c < wide; c++) {
      const long p = i * wide + c;
      sloped[p] = at.expand[p] * slopes[c];
      at.dexpand[p] = shared.scale[c] * (at.dexpand[p] - static_cast<float>(count) * rows[p] * slopes[c]);
      sum += static_cast<double>(shared.scale[c] * means[c]) * at.expand[p];
    }
    fromMean[i] = static_cast<float>(sum);
  }
  product(narrow, narrow, wide, Factor<false>{sloped, wide}, shared.scaledTransposed, narrow, Set{fromVariance, narrow});
  correctInput(at, fromMean, fromVariance, workers);
}
