// The numeric code for one kind of processor, its large products in float or in bfloat16; compiled once for each
// (variants.h). Everything is in an unnamed
// namespace, so that the linker cannot take a function from another copy.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "arguments.h"

namespace {
#include "vector.h"
#include "product.h"
#include "groups.h"
#include "moments.h"
#include "batch-norm-grad.h"
#include "project.h"
#include "expand-depthwise.h"
#include "expand-depthwise-grad.h"
#include "convolution.h"
#include "window-convolution.h"
#include "dropout.h"
}  // namespace

#define FERMENT_JOIN(a, b) a##b
#ifdef FERMENT_BFLOAT16
#define FERMENT_NAME(variant) FERMENT_JOIN(bfloat16_, variant)
#else
#define FERMENT_NAME(variant) FERMENT_JOIN(kernels_, variant)
#endif
#define FERMENT_TEXT(x) #x
#define FERMENT_QUOTE(x) FERMENT_TEXT(x)

const Kernels& FERMENT_NAME(FERMENT_VARIANT)() {
  static const Kernels all{FERMENT_QUOTE(FERMENT_VARIANT), batchNorm, batchNormGrad, expandDepthwise,
                           expandDepthwiseGrad, project, projectGrad, convolution, convolutionFilterGrad,
                           windowConvolution, windowConvolutionFilterGrad, dropout};
  return all;
}
