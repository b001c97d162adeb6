#pragma once
// From the inputs of the operations of a 3x3 convolution to the arguments of the numeric code.

#include "calls.h"

inline void checkConvolution(long in, long out) {
  if (in % 8 != 0 || out % 8 != 0) throw std::runtime_error("both sides must be multiples of 8 channels");
}

/** Reads an image batch and the kernels; the batch has the channels of the kernels' axis `axis`. */
inline ConvolutionArguments readConvolution(Call& call, int axis) {
  ConvolutionArguments at{};
  at.x = call.input(0, 4);
  at.filter = call.input(1, 4);
  at.images = call.side(0, 0), at.height = call.side(0, 1), at.width = call.side(0, 2);
  at.in = call.side(1, 2), at.out = call.side(1, 3);
  call.expectShape(1, {3, 3, at.in, at.out});
  call.expectShape(0, {at.images, at.height, at.width, call.side(1, axis)});
  checkConvolution(at.in, at.out);
  return at;
}

inline void callConvolution(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ConvolutionArguments at = readConvolution(call, 2);
  if (call.size(2) > 0) at.bias = call.vector(2, at.out);
  at.y = call.output({at.images, at.height, at.width, at.out});
  kernels.convolution(at, settings, workers);
}

inline void callConvolutionInputGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ConvolutionArguments at = readConvolution(call, 3);
  at.turned = true;
  at.y = call.output({at.images, at.height, at.width, at.in});
  kernels.convolution(at, settings, workers);
}

inline void callConvolutionFilterGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  ConvolutionGradArguments at{};
  at.x = call.input(0, 4);
  at.dy = call.input(1, 4);
  at.images = call.side(0, 0), at.height = call.side(0, 1), at.width = call.side(0, 2);
  at.in = call.side(0, 3), at.out = call.side(1, 3);
  call.expectShape(1, {at.images, at.height, at.width, at.out});
  checkConvolution(at.in, at.out);
  at.dfilter = call.output({3, 3, at.in, at.out});
  kernels.convolutionFilterGrad(at, settings, workers);
}
