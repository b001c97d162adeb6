// A stand-in: registers the operation FermentProbe with the TensorFlow library that is already loaded.
#include <node_api.h>

#include <cstring>
#include <mutex>
#include <string>

#include "tensorflow-kernels.h"
#include <tensorflow/c/ops.h>
#include "variants.h"

namespace {

void sameShape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* handle = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, 0, handle, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, handle, status);
  TF_DeleteShapeHandle(handle);
}

void compute(void*, TF_OpKernelContext* context) {
  TF_Status* status = TF_NewStatus();
  TF_Tensor* x = nullptr;
  TF_GetInput(context, 0, &x, status);
  if (TF_GetCode(status) == TF_OK) {
    int64_t dims[8];
    const int rank = TF_NumDims(x);
    for (int i = 0; i < rank && i < 8; i++) dims[i] = TF_Dim(x, i);
    TF_Tensor* y = TF_AllocateOutput(context, 0, TF_FLOAT, dims, rank, TF_TensorByteSize(x), status);
    if (TF_GetCode(status) == TF_OK) {
      chooseKernels().twice(static_cast<const float*>(TF_TensorData(x)), static_cast<float*>(TF_TensorData(y)),
                            TF_TensorElementCount(x));
      TF_DeleteTensor(y);
    }
    TF_DeleteTensor(x);
  }
  if (TF_GetCode(status) != TF_OK) TF_OpKernelContext_Failure(context, status);
  TF_DeleteStatus(status);
}

std::string registerAll() {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder("FermentProbe");
  TF_OpDefinitionBuilderAddInput(op, "x: float");
  TF_OpDefinitionBuilderAddOutput(op, "y: float");
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, sameShape);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder("FermentProbe", "CPU", nullptr, compute, nullptr);
    TF_RegisterKernelBuilder("FermentProbe", kernel, status);
  }
  const std::string message = TF_GetCode(status) == TF_OK ? "" : TF_Message(status);
  TF_DeleteStatus(status);
  return message;
}

}  // namespace

NAPI_MODULE_INIT() {
  // Once a process: every thread of Node that loads the addon comes here.
  static std::once_flag once;
  static std::string message;
  std::call_once(once, [] { message = registerAll(); });
  if (!message.empty()) {
    napi_throw_error(env, nullptr, message.c_str());
    return nullptr;
  }
  const std::string name = chooseKernels().instructions;
  const std::string instructions = name == "generic" ? name : "x86-64-" + name;
  napi_value value;
  napi_create_string_utf8(env, instructions.c_str(), instructions.size(), &value);
  napi_set_named_property(env, exports, "instructions", value);
  return exports;
}
