#pragma once
// The gradient of expand-depthwise.h. The wide tensor is made again, row by row, from the narrow input.

#include "through-statistics.h"

/** Memory of one thread: rows of the wide tensor, of the gradient for `d`, and what belongs to the newest rows. */
struct GradRows {
  Rows a, dd;
  float *e, *centred;  // of the newest two rows
  float* g;            // of one row
  Number *narrow, *wide;  // of one row, as they are multiplied
};

/** Row y of the gradient for `d`, through the batch norm after it; zeros below the last. */
FERMENT_INLINE void outerRow(const ExpandGradArguments& at, long image, long y, const NormGradient& by, const Rows& dd) {
  if (y >= at.extent.outHeight()) return dd.clear(y);
  const long width = at.extent.outWidth(), wide = at.wide;
  const long first = (image * at.extent.outHeight() + y) * width * wide;
  float* row = dd.at(y, 0);
  for (long c = 0; c < wide; c += LANES) {
    const Vector<LANES> g = load<LANES>(by.g + c), slope = load<LANES>(by.x + c), constant = load<LANES>(by.constant + c);
    for (long p = c; p < width * wide; p += wide)
      store<LANES>(row + p, g * load<LANES>(at.g + first + p) + (slope * load<LANES>(at.d + first + p) + constant));
  }
}

/** `g = da` where 0 < norm(e) < 6, with its sums, for one row. */
FERMENT_INLINE void gateRow(const ExpandGradArguments& at, const GradRows& rows, long y, const float* e,
                            const GradShared& shared, long group) {
  const long wide = at.wide;
  float *dbeta = shared.dbeta + group * wide, *dgamma = shared.dgamma + group * wide;
  for (long c = 0; c < wide; c += LANES) {
    const Taps taps(at.depthwise + c, wide);
    const Vector<LANES> s = load<LANES>(shared.scale + c), t = load<LANES>(at.inner.beta + c);
    Vector<LANES> sum = {}, moment = {};
    backRow(taps, rows.dd, y, at.extent.width, at.extent.stride, c, [&](long x, Vector<LANES> da) FERMENT_LAMBDA {
      const Vector<LANES> value = load<LANES>(e + x * wide + c);
      const Vector<LANES> g = gate<RELU6, LANES>(value * s + t, da);
      store<LANES>(rows.g + x * wide + c, g);
      sum += g;
      moment += g * value;
    });
    store<LANES>(dbeta + c, load<LANES>(dbeta + c) + sum);
    store<LANES>(dgamma + c, load<LANES>(dgamma + c) + moment);
  }
}

/** Row y of dx, and the row's part of the gradient of the expansion. */
FERMENT_INLINE void expandedRow(const ExpandGradArguments& at, const GradRows& rows, long y, float* dx,
                                const GradShared& shared, long group) {
  const long narrow = at.narrow, wide = at.wide, width = at.extent.width;
  const float* centred = rows.centred + (y & 1) * width * narrow;
  gateRow(at, rows, y, rows.e + (y & 1) * width * wide, shared, group);
  const Factor<true, Number> columns{asRows(centred, width, narrow, rows.narrow), narrow};
  product(narrow, wide, togetherOf(width), columns, asRows(rows.g, width, wide, rows.wide), wide,
          Add{shared.dexpand + group * narrow * wide, wide});
  const Factor<false, Number> wideRows{asNumbers(rows.g, width * wide, rows.wide), togetherOf(wide)};
  product(width, narrow, togetherOf(wide), wideRows, shared.back, narrow, Set{dx, narrow});
}

/** The same without an expansion. */
FERMENT_INLINE void plainRow(const ExpandGradArguments& at, const GradRows& rows, long y, float* dx) {
  for (long c = 0; c < at.wide; c += LANES) {
    const Taps taps(at.depthwise + c, at.wide);
    backRow(taps, rows.dd, y, at.extent.width, at.extent.stride, c, [&](long x, Vector<LANES> da) FERMENT_LAMBDA {
      store<LANES>(dx + x * at.wide + c, da);
    });
  }
}

/** All rows of one image. */
inline void imageGrad(const ExpandGradArguments& at, const RowMaker& maker, const GradRows& rows, long image,
                      const GradShared& shared, long group) {
  const Extent& extent = at.extent;
  const long rowSize = extent.width * at.narrow, wideRow = extent.width * at.wide;
  const float* x = at.x + image * extent.height * rowSize;
  float* dx = at.dx + image * extent.height * rowSize;
  const auto make = [&](long y) {
    if (y >= extent.height) return rows.a.clear(y);
    maker.make(x + y * rowSize, rows.a, y, rows.centred + (y & 1) * rowSize, rows.narrow,
               rows.e + (y & 1) * wideRow);
  };
  rows.a.clear(-1);
  rows.dd.clear(-1);
  outerRow(at, image, 0, shared.outer, rows.dd);
  make(0);
  for (long y = 0; y < extent.height; y++) {
    // Row y of dx needs the outputs up to (y + 1) / stride, and goes first: the next wide row takes the place of its e.
    if (y % extent.stride == 0) outerRow(at, image, y / extent.stride + 1, shared.outer, rows.dd);
    if (maker.expands) expandedRow(at, rows, y, dx + y * rowSize, shared, group);
    else plainRow(at, rows, y, dx + y * rowSize);
    make(y + 1);
    if (y % extent.stride == 0)
      addTapGradient(rows.a, rows.dd, y, y / extent.stride, extent.stride, shared.ddepthwise + group * TAPS * at.wide);
  }
}

/** From `g`, the gradient after the batch norm that follows `d`, to the gradients of everything before it. */
void expandDepthwiseGrad(const ExpandGradArguments& at, const Settings& settings, Workers& workers) {
  const Extent& extent = at.extent;
  const bool expands = at.expand != nullptr;
  const long wide = at.wide, narrow = at.narrow, groups = groupsOf(extent.images);
  const GradShared shared = shareGradients(at, settings, workers);
  const RowMaker maker = rowMakerOf(at, shared.scale, workers);
  forGroups(workers, groups, [&](long group, long thread) {
    const Range range = imagesOf(group, extent.images);
    const GradRows rows{takeRows(workers, thread, extent.width, wide),
                        takeRows(workers, thread, extent.outWidth(), wide),
                        take(workers, thread, expands ? 2 * extent.width * wide : 0),
                        take(workers, thread, 2 * extent.width * narrow),
                        take(workers, thread, extent.width * wide),
                        takeNumbers(workers, thread, extent.width * narrow),
                        takeNumbers(workers, thread, extent.width * wide)};
    for (long i = range.begin; i < range.end; i++) imageGrad(at, maker, rows, i, shared, group);
  });
  sumGroups(shared.ddepthwise, groups, TAPS * wide, at.ddepthwise);
  if (expands) throughStatistics(at, settings, shared, workers);
}
