#pragma once
// Batch norm, ReLU6 and the 1x1 convolution after them: the wide normalised tensor stays in the cache.

#include "batch-norm-grad.h"
#include "product.h"

/** Pixels at a time: their wide rows stay in the second cache. */
constexpr long TILE = 48;

/** `b = min(6, max(0, scale d + shift))`, `[count, wide]`. */
FERMENT_INLINE void normalise(const float* d, const float* scale, const float* shift, long count, long wide, float* b) {
  forVectors<LANES>(wide, [&](auto vectors, long c) FERMENT_LAMBDA {
    constexpr int V = decltype(vectors)::value;
    const Vectors<LANES, V> s(scale + c), t(shift + c);
    for (long p = c; p < count * wide; p += wide) {
#pragma GCC unroll 4
      for (int k = 0; k < V; k++) {
        const long q = p + k * LANES;
        store<LANES>(b + q, activate<RELU6, LANES>(load<LANES>(d + q) * s.v[k] + t.v[k]));
      }
    }
  });
}

/** `y[pixel, m] = sum over c of relu6(norm(d))[pixel, c] project[c, m]`. */
void project(const ProjectArguments& at, const Settings& settings, Workers& workers) {
  float* scale = takeShared(workers, at.wide);
  float* shift = takeShared(workers, at.wide);
  const Number* kernels = shareRows(at.project, at.wide, at.narrow, workers);
  const long depth = togetherOf(at.wide);
  scaleAndShift(at.norm, at.wide, settings.epsilon, scale, shift);
  forGroups(workers, groupsOf(at.images), [&](long group, long thread) {
    const Range range = imagesOf(group, at.images);
    float* b = take(workers, thread, TILE * at.wide);
    Number* numbers = takeNumbers(workers, thread, TILE * depth);
    const long end = range.end * at.pixels;
    for (long p = range.begin * at.pixels; p < end; p += TILE) {
      const long count = end - p < TILE ? end - p : TILE;
      normalise(at.d + p * at.wide, scale, shift, count, at.wide, b);
      const Factor<false, Number> rows{asNumbers(b, count * at.wide, numbers), depth};
      product(count, at.narrow, depth, rows, kernels, at.narrow,
              Set{at.y + p * at.narrow, at.narrow});
    }
  });
}

/** `to[cols, rows] = from[rows, cols]`. */
inline void transpose(const float* from, long rows, long cols, float* to) {
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < cols; c++) to[c * rows + r] = from[r * cols + c];
}

/**
 * With b = relu6(norm(d)): `dproject = b^T dy`, and the gradient before the activation `g = dy project^T` where
 * 0 < norm(d) < 6, with its sums `dbeta` and `dgamma`.
 */
void projectGrad(const ProjectGradArguments& at, const Settings& settings, Workers& workers) {
  const long wide = at.wide, narrow = at.narrow, groups = groupsOf(at.images);
  float* scale = takeShared(workers, wide);
  float* shift = takeShared(workers, wide);
  float* transposed = takeShared(workers, wide * narrow);  // [narrow, wide]
  float* kernels = takeShared(workers, groups * wide * narrow);
  float* betas = takeShared(workers, groups * wide);
  float* gammas = takeShared(workers, groups * wide);
  scaleAndShift(at.norm, wide, settings.epsilon, scale, shift);
  transpose(at.project, wide, narrow, transposed);
  const long depth = togetherOf(narrow);
  const Number* back = shareRows(transposed, narrow, wide, workers);
  const bool past = goesPast(at.g, at.images * at.pixels * wide, wide);
  forGroups(workers, groups, [&](long group, long thread) {
    const Range range = imagesOf(group, at.images);
    float* b = take(workers, thread, TILE * wide);
    float* db = take(workers, thread, TILE * wide);
    Number* numbers = takeNumbers(workers, thread, TILE * wide);
    Number* others = takeNumbers(workers, thread, TILE * narrow);
    float* dkernel = kernels + group * wide * narrow;
    float *dbeta = betas + group * wide, *dgamma = gammas + group * wide;
    for (long i = 0; i < wide * narrow; i++) dkernel[i] = 0;
    for (long c = 0; c < wide; c++) dbeta[c] = dgamma[c] = 0;
    const long end = range.end * at.pixels;
    for (long p = range.begin * at.pixels; p < end; p += TILE) {
      const long count = end - p < TILE ? end - p : TILE;
      const float* dy = at.dy + p * narrow;
      const float* d = at.d + p * wide;
      float* g = at.g + p * wide;
      const Factor<false, Number> rows{asNumbers(dy, count * narrow, others), depth};
      product(count, wide, depth, rows, back, wide, Set{db, wide});
      forVectors<LANES>(wide, [&](auto vectors, long c) FERMENT_LAMBDA {
        constexpr int V = decltype(vectors)::value;
        const Vectors<LANES, V> s(scale + c), t(shift + c), mean(at.norm.mean + c);
        Vectors<LANES, V> sum{}, moment{};
        for (long q = c; q < count * wide; q += wide) {
#pragma GCC unroll 4
          for (int k = 0; k < V; k++) {
            const long place = q + k * LANES;
            const Vector<LANES> value = load<LANES>(d + place);
            const Vector<LANES> v = value * s.v[k] + t.v[k];
            const Vector<LANES> gated = gate<RELU6, LANES>(v, load<LANES>(db + place));
            store<LANES>(b + place, activate<RELU6, LANES>(v));
            put<LANES>(past, g + place, gated);
            sum.v[k] += gated;
            moment.v[k] += gated * (value - mean.v[k]);
          }
        }
        sum.addTo(dbeta + c);
        moment.addTo(dgamma + c);
      });
      const Factor<true, Number> columns{asRows(dy, count, narrow, others), narrow};
      product(narrow, wide, togetherOf(count), columns, asRows(b, count, wide, numbers), wide, Add{dkernel, wide});
    }
  });
  float* dkernel = takeShared(workers, wide * narrow);
  sumGroups(kernels, groups, wide * narrow, dkernel);
  transpose(dkernel, narrow, wide, at.dproject);
  sumGroups(betas, groups, wide, at.dbeta);
  sumGroups(gammas, groups, wide, at.dgamma);
  scaleDgamma(at.norm, wide, settings.epsilon, at.dgamma);
}
