#pragma once
// From the inputs of the operations of a convolution to the arguments of the numeric code.

#include "calls.h"

/** Images have fewer channels than this (gray, or RGB). */
constexpr long FEW = 8;

/** Whether a convolution is one by windows; the others are by Winograd's transform. */
inline bool isByWindows(long in, const Settings& settings) { return settings.side == 1 || in < FEW; }

/** Refuses what there is no numeric code for; `turned` is the gradient for the input. */
inline void checkConvolution(long in, long out, bool turned, const Settings& settings) {
  if (settings.side != 1 && settings.side != 3) throw std::runtime_error("kernels must be 1x1 or 3x3");
  const bool isInEven = in % 8 == 0;
  const bool isInFree = isByWindows(in, settings) && !turned;
  if (out % 8 != 0 || !(isInEven || isInFree)) throw std::runtime_error("both sides must be multiples of 8 channels");
}

/** Reads an image batch and the kernels; turned round, the batch is the gradient for the output. */
inline ConvolutionArguments readConvolution(Call& call, bool turned, const Settings& settings) {
  ConvolutionArguments at{};
  at.turned = turned;
  at.x = call.input(0, 4);
  at.filter = call.input(1, 4);
  at.images = call.side(0, 0), at.height = call.side(0, 1), at.width = call.side(0, 2);
  at.in = call.side(1, 2), at.out = call.side(1, 3);
  checkConvolution(at.in, at.out, turned, settings);
  call.expectShape(1, {settings.side, settings.side, at.in, at.out});
  call.expectShape(0, {at.images, at.height, at.width, turned ? at.out : at.in});
  return at;
}

inline void convolve(const ConvolutionArguments& at, const Kernels& kernels, const Settings& settings, Workers& workers) {
  const auto kernel = isByWindows(at.in, settings) ? kernels.windowConvolution : kernels.convolution;
  kernel(at, settings, workers);
}

inline void callConvolution(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ConvolutionArguments at = readConvolution(call, false, settings);
  if (call.size(2) > 0) at.bias = call.vector(2, at.out);
  const std::vector<int64_t> shape = {at.images, at.height, at.width, at.out};
  if (call.size(3) > 0) {
    call.expectShape(3, shape);
    at.other = call.input(3, 4);
  }
  at.y = call.output(shape);
  convolve(at, kernels, settings, workers);
}

inline void callConvolutionInputGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ConvolutionArguments at = readConvolution(call, true, settings);
  at.y = call.output({at.images, at.height, at.width, at.in});
  convolve(at, kernels, settings, workers);
}

inline void callConvolutionFilterGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ConvolutionGradArguments at{};
  at.x = call.input(0, 4);
  at.dy = call.input(1, 4);
  at.images = call.side(0, 0), at.height = call.side(0, 1), at.width = call.side(0, 2);
  at.in = call.side(0, 3), at.out = call.side(1, 3);
  checkConvolution(at.in, at.out, false, settings);
  call.expectShape(1, {at.images, at.height, at.width, at.out});
  at.dfilter = call.output({settings.side, settings.side, at.in, at.out});
  const bool byWindows = isByWindows(at.in, settings);
  const auto kernel = byWindows ? kernels.windowConvolutionFilterGrad : kernels.convolutionFilterGrad;
  kernel(at, settings, workers);
}
