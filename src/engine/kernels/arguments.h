#pragma once
// What an operation hands to the numeric code: plain pointers into TensorFlow's tensors, all row-major, channels last.

#include <cstdint>

/**
 * Threads and their memory, by plain pointers: a function that the standard library's headers would leave in the copy
 * for a newer processor could be the one that the linker keeps for all.
 */
struct Workers {
  void* self;
  long threads;
  /** Calls `work(context, group, thread)` for every group from 0; any group may land on any thread. */
  void (*run)(void* self, long groups, void (*work)(void* context, long group, long thread), void* context);
  /** Memory of a thread for the time of one operation, aligned to 64 bytes; `slot` is its number, or `threads` for all. */
  float* (*take)(void* self, long slot, long floats);
};

/** Vectors `[channels]` of a batch norm in training; `factor` is the share of the batch in the new moving statistics. */
struct NormInputs {
  const float* gamma;
  const float* beta;
  const float* movingMean;
  const float* movingVariance;
};
struct NormOutputs {
  float* mean;
  float* variance;  // biased
  float* movingMean;
  float* movingVariance;
};

/** A batch norm whose statistics are known: what its gradient reads. */
struct KnownNorm {
  const float* gamma;
  const float* beta;
  const float* mean;
  const float* variance;
};

struct Settings {
  long stride;
  long side;  // of a convolution's kernels
  long activation;
  float epsilon;
  float factor;
  float rate;
};

/** An image batch `[images, height, width]`, and the side of its output after a 3x3 window with a ring of zeros. */
struct Extent {
  long images;
  long height;
  long width;
  long stride;
  long pixels() const { return height * width; }
  long outHeight() const { return (height - 1) / stride + 1; }
  long outWidth() const { return (width - 1) / stride + 1; }
  long outPixels() const { return outHeight() * outWidth(); }
};

/** `y = activation(norm(x) + other)`; `other` is of the shape of x, or not there. */
struct BatchNormArguments {
  long images, pixels, channels;
  const float *x, *other;
  NormInputs norm;
  float* y;
  NormOutputs stats;
};
/** With `other`, `y` says where the activation passes; else it is not there, and norm(x) says so. */
struct BatchNormGradArguments {
  long images, pixels, channels;
  const float *dy, *x, *y;
  KnownNorm norm;
  float *dx, *dgamma, *dbeta, *dother;
};

/** x `[n, h, w, narrow]`, expand `[narrow, wide]`, depthwise `[3, 3, wide]`; without `expand` x is `[n, h, w, wide]`. */
struct ExpandArguments {
  Extent extent;
  long narrow, wide;
  const float *x, *expand, *depthwise;
  NormInputs inner, outer;
  float *d, *xMean, *covariance;
  NormOutputs innerStats, outerStats;
};
struct ExpandGradArguments {
  Extent extent;
  long narrow, wide;
  const float *g, *d, *x, *xMean, *covariance, *expand, *depthwise, *outerDgamma, *outerDbeta;
  KnownNorm inner, outer;
  float *dx, *dexpand, *ddepthwise, *dgamma, *dbeta;
};

/** d `[n, pixels, wide]`, project `[wide, narrow]`. */
struct ProjectArguments {
  long images, pixels, wide, narrow;
  const float *d, *project;
  KnownNorm norm;
  float* y;
};
struct ProjectGradArguments {
  long images, pixels, wide, narrow;
  const float *dy, *d, *project;
  KnownNorm norm;
  float *g, *dproject, *dgamma, *dbeta;
};

/**
 * x `[n, height, width, in]`, filter `[side, side, in, out]`, y `[.., out]`; turned round, x is `[.., out]` and y
 * `[.., in]`.
 * `y = activation(x * filter + bias + other)`; `other` is of the shape of y; it and the bias may not be there.
 */
struct ConvolutionArguments {
  long images, height, width, in, out;
  bool turned;
  const float *x, *filter, *bias, *other;
  float* y;
};
struct ConvolutionGradArguments {
  long images, height, width, in, out;
  const float *x, *dy;
  float* dfilter;
};

struct DropoutArguments {
  long size;
  const float* x;
  const int32_t* seed;  // two numbers
  float* y;
};

/** The numeric code, compiled for one kind of processor and one kind of numbers. */
struct Kernels {
  const char* instructions;
  void (*batchNorm)(const BatchNormArguments&, const Settings&, Workers&);
  void (*batchNormGrad)(const BatchNormGradArguments&, const Settings&, Workers&);
  void (*expandDepthwise)(const ExpandArguments&, const Settings&, Workers&);
  void (*expandDepthwiseGrad)(const ExpandGradArguments&, const Settings&, Workers&);
  void (*project)(const ProjectArguments&, const Settings&, Workers&);
  void (*projectGrad)(const ProjectGradArguments&, const Settings&, Workers&);
  void (*convolution)(const ConvolutionArguments&, const Settings&, Workers&);
  void (*convolutionFilterGrad)(const ConvolutionGradArguments&, const Settings&, Workers&);
  void (*windowConvolution)(const ConvolutionArguments&, const Settings&, Workers&);
  void (*windowConvolutionFilterGrad)(const ConvolutionGradArguments&, const Settings&, Workers&);
  void (*dropout)(const DropoutArguments&, const Settings&, Workers&);
};
