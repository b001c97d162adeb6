#pragma once
// From the inputs of each operation to the arguments of the numeric code. The order of inputs and outputs is that of
// `OPERATIONS` in addon.cc.

#include "operation.h"

/** Four vectors in a row: `NormInputs` or `KnownNorm`. */
template <class Norm>
Norm fourVectors(Call& call, int first, long channels) {
  return {call.vector(first, channels), call.vector(first + 1, channels), call.vector(first + 2, channels),
          call.vector(first + 3, channels)};
}

inline NormOutputs normOutputs(Call& call, long channels) {
  float* mean = call.output({channels});
  float* variance = call.output({channels});
  float* movingMean = call.output({channels});
  return {mean, variance, movingMean, call.output({channels})};
}

/** Images, pixels and channels of a tensor of any rank: the first axis, those between, the last. */
template <class Arguments>
void readExtent(const std::vector<int64_t>& shape, Arguments& to) {
  to.channels = shape.back();
  to.images = shape.size() > 1 ? shape.front() : 1;
  to.pixels = 1;
  for (size_t axis = 1; axis + 1 < shape.size(); axis++) to.pixels *= shape[axis];
}

inline void callBatchNorm(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  BatchNormArguments at{};
  at.x = call.anyRank(0);
  const std::vector<int64_t> shape = call.shape(0);
  readExtent(shape, at);
  at.norm = fourVectors<NormInputs>(call, 1, at.channels);
  if (call.size(5) > 0) {
    call.expectShape(5, shape);
    at.other = call.anyRank(5);
  }
  at.y = call.output(shape);
  at.stats = normOutputs(call, at.channels);
  kernels.batchNorm(at, settings, workers);
}

inline void callBatchNormGrad(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  BatchNormGradArguments at{};
  at.dy = call.anyRank(0);
  at.x = call.anyRank(1);
  const std::vector<int64_t> shape = call.shape(1);
  call.expectShape(0, shape);
  readExtent(shape, at);
  at.norm = fourVectors<KnownNorm>(call, 2, at.channels);
  const bool hasOther = call.size(6) > 0;
  if (hasOther) {
    call.expectShape(6, shape);
    at.y = call.anyRank(6);
  }
  at.dx = call.output(shape);
  at.dgamma = call.output({at.channels});
  at.dbeta = call.output({at.channels});
  float* dother = call.output(hasOther ? shape : std::vector<int64_t>{0});
  at.dother = hasOther ? dother : nullptr;
  kernels.batchNormGrad(at, settings, workers);
}

inline void callDropout(Call& call, const Kernels& kernels, const Settings& settings, Workers& workers) {
  DropoutArguments at{};
  at.x = call.anyRank(0);
  at.size = call.size(0);
  at.seed = call.seed(1);
  at.y = call.output(call.shape(0));
  kernels.dropout(at, settings, workers);
}
