#pragma once
// From the inputs of the operations of an inverted bottleneck to the arguments of the numeric code.

#include "calls.h"

inline void checkChannels(long wide, long narrow) {
  if (wide % 16 != 0) throw std::runtime_error("the wide side must be a multiple of 16 channels");
  if (narrow % 8 != 0) throw std::runtime_error("the narrow side must be a multiple of 8 channels");
}

/** Channels of what only an expansion has: its batch norm, and the statistics of its input; 0 without one. */
struct ExpansionSides {
  bool expands;
  long inner, statistics;
};

/** Checks the kernels' shapes: expand `[1, 1, narrow, wide]` or nothing, depthwise `[3, 3, wide, 1]`. */
inline ExpansionSides readExpansion(Call& call, int expand, int depthwise, const Extent& extent, long narrow, long wide) {
  if (extent.stride > 2) throw std::runtime_error("the stride must be 1 or 2");
  const bool expands = call.size(expand) > 0;
  if (expands) call.expectShape(expand, {1, 1, narrow, wide});
  call.expectShape(depthwise, {3, 3, wide, 1});
  checkChannels(wide, expands ? narrow : wide);
  return {expands, expands ? wide : 0, expands ? narrow : 0};
}

inline void callExpand(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ExpandArguments at{};
  at.x = call.input(0, 4);
  at.narrow = call.side(0, 3);
  at.wide = call.side(2, 2);
  at.extent = {call.side(0, 0), call.side(0, 1), call.side(0, 2), settings.stride};
  const auto [expands, inner, statistics] = readExpansion(call, 1, 2, at.extent, at.narrow, at.wide);
  at.expand = expands ? call.input(1, 4) : nullptr;
  at.depthwise = call.input(2, 4);
  at.inner = fourVectors<NormInputs>(call, 3, inner);
  at.outer = fourVectors<NormInputs>(call, 7, at.wide);
  at.d = call.output({at.extent.images, at.extent.outHeight(), at.extent.outWidth(), at.wide});
  at.xMean = call.output({statistics});
  at.covariance = call.output({statistics, statistics});
  at.innerStats = normOutputs(call, inner);
  at.outerStats = normOutputs(call, at.wide);
  kernels.expandDepthwise(at, settings, workers);
}

inline void callExpandGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ExpandGradArguments at{};
  at.g = call.input(0, 4);
  at.d = call.input(1, 4);
  at.x = call.input(2, 4);
  at.narrow = call.side(2, 3);
  at.wide = call.side(6, 2);
  at.extent = {call.side(2, 0), call.side(2, 1), call.side(2, 2), settings.stride};
  const Extent& extent = at.extent;
  const auto [expands, inner, statistics] = readExpansion(call, 5, 6, at.extent, at.narrow, at.wide);
  for (int i : {0, 1}) call.expectShape(i, {extent.images, extent.outHeight(), extent.outWidth(), at.wide});
  at.xMean = call.vector(3, statistics);
  call.expectShape(4, {statistics, statistics});
  at.covariance = call.input(4, 2);
  at.expand = expands ? call.input(5, 4) : nullptr;
  at.depthwise = call.input(6, 4);
  at.inner = fourVectors<KnownNorm>(call, 7, inner);
  at.outer = fourVectors<KnownNorm>(call, 11, at.wide);
  at.outerDgamma = call.vector(15, at.wide);
  at.outerDbeta = call.vector(16, at.wide);
  at.dx = call.output({extent.images, extent.height, extent.width, at.narrow});
  at.dexpand = call.output({1, 1, statistics, inner});
  at.ddepthwise = call.output({3, 3, at.wide, 1});
  at.dgamma = call.output({inner});
  at.dbeta = call.output({inner});
  kernels.expandDepthwiseGrad(at, settings, workers);
}

inline void callProject(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ProjectArguments at{};
  at.d = call.input(0, 4);
  at.project = call.input(1, 4);
  const long n = call.side(0, 0), h = call.side(0, 1), w = call.side(0, 2);
  at.images = n, at.pixels = h * w, at.wide = call.side(0, 3), at.narrow = call.side(1, 3);
  call.expectShape(1, {1, 1, at.wide, at.narrow});
  checkChannels(at.wide, at.narrow);
  at.norm = fourVectors<KnownNorm>(call, 2, at.wide);
  at.y = call.output({n, h, w, at.narrow});
  kernels.project(at, settings, workers);
}

inline void callProjectGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ProjectGradArguments at{};
  at.dy = call.input(0, 4);
  at.d = call.input(1, 4);
  at.project = call.input(2, 4);
  const long n = call.side(1, 0), h = call.side(1, 1), w = call.side(1, 2);
  at.images = n, at.pixels = h * w, at.wide = call.side(1, 3), at.narrow = call.side(2, 3);
  call.expectShape(0, {n, h, w, at.narrow});
  call.expectShape(2, {1, 1, at.wide, at.narrow});
  checkChannels(at.wide, at.narrow);
  at.norm = fourVectors<KnownNorm>(call, 3, at.wide);
  at.g = call.output({n, h, w, at.wide});
  at.dproject = call.output({1, 1, at.wide, at.narrow});
  at.dgamma = call.output({at.wide});
  at.dbeta = call.output({at.wide});
  kernels.projectGrad(at, settings, workers);
}
