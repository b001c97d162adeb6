// Registers Ferment's own training operations with the TensorFlow library of this process. Loaded by Node after the
// library; exports `instructions`, the kind of processor that the numeric code was chosen for, and
// `multipliesBfloat16`, whether that has instructions for products in bfloat16.

#include <node_api.h>

#include <memory>

#include "bottleneck-calls.h"
#include "convolution-calls.h"
#include "threads.h"
#include "variants.h"

namespace {

using Run = void (*)(Call&, const Kernels&, const Settings&, Workers&);

struct Operation {
  const char* name;
  std::initializer_list<const char*> inputs;
  std::initializer_list<const char*> outputs;
  void (*compute)(void* attributes, TF_OpKernelContext* context);
};

/** The threads of all operations; others when an engine asks for another number, as soon as nobody uses these. */
std::shared_ptr<Pool> poolOf(long threads) {
  static std::mutex mutex;
  static std::shared_ptr<Pool> pool;
  static long size = 0;
  std::lock_guard<std::mutex> lock(mutex);
  if (size != threads) {
    pool = std::make_shared<Pool>(threads);
    size = threads;
  }
  return pool;
}

template <Run run>
void compute(void* attributes, TF_OpKernelContext* context) {
  const Attributes& at = *static_cast<Attributes*>(attributes);
  try {
    Call call(context);
    const std::shared_ptr<Pool> pool = poolOf(at.threads);
    std::lock_guard<std::mutex> lock(pool->operation());
    Workers workers = pool->workers();
    run(call, chosenCopies().forPrecision(at.lowPrecision), at.settings, workers);
  } catch (const std::bad_alloc&) {
    Status status;
    TF_SetStatus(status.get(), TF_RESOURCE_EXHAUSTED, "OOM when allocating the memory of a fused operation");
    TF_OpKernelContext_Failure(context, status.get());
  } catch (const std::exception& error) {
    Status status;
    status.set(error.what());
    TF_OpKernelContext_Failure(context, status.get());
  }
}

const Operation OPERATIONS[] = {
    {"FermentBatchNorm",
     {"x", "gamma", "beta", "moving_mean", "moving_variance", "other"},
     {"y", "mean", "variance", "new_moving_mean", "new_moving_variance"},
     compute<callBatchNorm>},
    {"FermentBatchNormGrad",
     {"dy", "x", "gamma", "beta", "mean", "variance", "y"},
     {"dx", "dgamma", "dbeta", "dother"},
     compute<callBatchNormGrad>},
    {"FermentExpandDepthwise",
     {"x", "expand", "depthwise", "gamma", "beta", "moving_mean", "moving_variance", "outer_gamma", "outer_beta",
      "outer_moving_mean", "outer_moving_variance"},
     {"d", "x_mean", "covariance", "mean", "variance", "new_moving_mean", "new_moving_variance", "outer_mean",
      "outer_variance", "outer_new_moving_mean", "outer_new_moving_variance"},
     compute<callExpand>},
    {"FermentExpandDepthwiseGrad",
     {"g", "d", "x", "x_mean", "covariance", "expand", "depthwise", "gamma", "beta", "mean", "variance", "outer_gamma",
      "outer_beta", "outer_mean", "outer_variance", "outer_dgamma", "outer_dbeta"},
     {"dx", "dexpand", "ddepthwise", "dgamma", "dbeta"},
     compute<callExpandGrad>},
    {"FermentProject",
     {"d", "project", "gamma", "beta", "mean", "variance"},
     {"y"},
     compute<callProject>},
    {"FermentProjectGrad",
     {"dy", "d", "project", "gamma", "beta", "mean", "variance"},
     {"g", "dproject", "dgamma", "dbeta"},
     compute<callProjectGrad>},
    {"FermentConvolution", {"x", "filter", "bias", "other"}, {"y"}, compute<callConvolution>},
    {"FermentConvolutionInputGrad", {"dy", "filter"}, {"dx"}, compute<callConvolutionInputGrad>},
    {"FermentConvolutionFilterGrad", {"x", "dy"}, {"dfilter"}, compute<callConvolutionFilterGrad>},
    {"FermentDropout", {"x", "seed: int32"}, {"y"}, compute<callDropout>},
};

void* createAttributes(TF_OpKernelConstruction* construction) {
  auto* to = new Attributes{};
  Status status;
  int64_t stride = 1, side = 3, activation = 0, lowPrecision = 0, threads = 1;
  TF_OpKernelConstruction_GetAttrInt64(construction, "stride", &stride, status.get());
  TF_OpKernelConstruction_GetAttrInt64(construction, "side", &side, status.get());
  TF_OpKernelConstruction_GetAttrInt64(construction, "activation", &activation, status.get());
  TF_OpKernelConstruction_GetAttrInt64(construction, "low_precision", &lowPrecision, status.get());
  TF_OpKernelConstruction_GetAttrInt64(construction, "threads", &threads, status.get());
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &to->settings.epsilon, status.get());
  TF_OpKernelConstruction_GetAttrFloat(construction, "rate", &to->settings.rate, status.get());
  TF_OpKernelConstruction_GetAttrFloat(construction, "factor", &to->settings.factor, status.get());
  if (TF_GetCode(status.get()) != TF_OK) TF_OpKernelConstruction_Failure(construction, status.get());
  to->settings.stride = stride < 1 ? 1 : stride;
  to->settings.side = side;
  to->settings.activation = activation;
  to->lowPrecision = lowPrecision != 0;
  to->threads = threads < 1 ? 1 : threads;
  return to;
}

void deleteAttributes(void* attributes) { delete static_cast<Attributes*>(attributes); }

/** All tensors are of floats but where their name says what else. */
std::string typed(const std::string& name) {
  return name.find(':') == std::string::npos ? name + ": float" : name;
}

void registerOperation(const Operation& operation) {
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* name : operation.inputs) TF_OpDefinitionBuilderAddInput(builder, typed(name).c_str());
  for (const char* name : operation.outputs) TF_OpDefinitionBuilderAddOutput(builder, typed(name).c_str());
  for (const char* attribute : ATTRIBUTES) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, [](TF_ShapeInferenceContext* context, TF_Status* status) {
    TF_ShapeInferenceContextSetUnknownShape(context, status);
  });
  Status status;
  TF_RegisterOpDefinition(builder, status.get());
  status.check();
  TF_KernelBuilder* kernel =
      TF_NewKernelBuilder(operation.name, "CPU", createAttributes, operation.compute, deleteAttributes);
  TF_RegisterKernelBuilder(operation.name, kernel, status.get());
  status.check();
}

/** Registers all; the message of a failure. */
std::string registerAll() {
  try {
    for (const Operation& operation : OPERATIONS) registerOperation(operation);
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

NAPI_MODULE_INIT() {
  // Once a process: every thread of Node that loads the addon comes here.
  static const std::string message = registerAll();
  if (!message.empty()) {
    napi_throw_error(env, nullptr, message.c_str());
    return nullptr;
  }
  const std::string name = chosenCopies().kernels.instructions;
  const std::string instructions = name == "generic" ? name : "x86-64-" + name;
  napi_value value;
  napi_create_string_utf8(env, instructions.c_str(), instructions.size(), &value);
  napi_set_named_property(env, exports, "instructions", value);
  napi_get_boolean(env, chosenCopies().multipliesBfloat16, &value);
  napi_set_named_property(env, exports, "multipliesBfloat16", value);
  return exports;
}
