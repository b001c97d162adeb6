#pragma once
// One call of an operation, seen through TensorFlow's C interface for kernels (tensorflow/c/kernels.h).

#include "tensorflow-kernels.h"
#include <tensorflow/c/ops.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "arguments.h"

/** What all operations have as attributes, with defaults; each reads those that it needs. */
constexpr const char* ATTRIBUTES[] = {"stride: int = 1", "side: int = 3", "activation: int = 0", "low_precision: int = 0",
                                      "epsilon: float = 0.001", "factor: float = 1.0", "rate: float = 0.0",
                                      "threads: int = 1"};

struct Attributes {
  Settings settings;
  bool lowPrecision;  // whether large products are in bfloat16
  long threads;
};

class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(status_); }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;
  TF_Status* get() const { return status_; }
  void check() const {
    if (TF_GetCode(status_) != TF_OK) throw std::runtime_error(TF_Message(status_));
  }
  void set(const char* message) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, message); }

 private:
  TF_Status* status_;
};

/** The inputs and outputs of one call; tensors are held until it ends. Every failure is a `std::runtime_error`. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context) {}
  ~Call() {
    for (TF_Tensor* tensor : held_) TF_DeleteTensor(tensor);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /** The numbers of input `index`, which must have `rank` axes. */
  const float* input(int index, int rank) {
    const TF_Tensor* tensor = get(index);
    if (TF_NumDims(tensor) != rank) fail(index, std::to_string(rank) + " axes");
    return static_cast<const float*>(TF_TensorData(tensor));
  }

  /** The same for a vector of `size` numbers. */
  const float* vector(int index, long size) {
    const float* data = input(index, 1);
    if (side(index, 0) != size) fail(index, std::to_string(size) + " numbers");
    return data;
  }

  /** The same for any rank from 1. */
  const float* anyRank(int index) {
    if (TF_NumDims(get(index)) < 1) fail(index, "an axis of channels");
    return static_cast<const float*>(TF_TensorData(get(index)));
  }

  /** Two 32-bit integers. */
  const int32_t* seed(int index) {
    if (size(index) != 2) fail(index, "two numbers");
    return static_cast<const int32_t*>(TF_TensorData(get(index)));
  }

  std::vector<int64_t> shape(int index) {
    std::vector<int64_t> sides(TF_NumDims(get(index)));
    for (size_t axis = 0; axis < sides.size(); axis++) sides[axis] = TF_Dim(get(index), static_cast<int>(axis));
    return sides;
  }
  long side(int index, int axis) { return TF_Dim(get(index), axis); }
  long size(int index) { return TF_TensorElementCount(get(index)); }

  void expectShape(int index, const std::vector<int64_t>& expected) {
    if (shape(index) != expected) fail(index, "another shape");
  }

  float* output(const std::vector<int64_t>& sides) {
    size_t bytes = sizeof(float);
    for (int64_t side : sides) bytes *= side;
    Status status;
    TF_Tensor* tensor = TF_AllocateOutput(context_, outputs_++, TF_FLOAT, sides.data(), static_cast<int>(sides.size()),
                                          bytes, status.get());
    if (tensor != nullptr) held_.push_back(tensor);
    status.check();
    return static_cast<float*>(TF_TensorData(tensor));
  }

 private:
  TF_Tensor* get(int index) {
    while (static_cast<int>(inputs_.size()) <= index) {
      Status status;
      TF_Tensor* tensor = nullptr;
      TF_GetInput(context_, static_cast<int>(inputs_.size()), &tensor, status.get());
      status.check();
      held_.push_back(tensor);
      inputs_.push_back(tensor);
    }
    return inputs_[index];
  }
  [[noreturn]] void fail(int index, const std::string& expected) {
    throw std::runtime_error("input " + std::to_string(index) + " must have " + expected);
  }

  TF_OpKernelContext* context_;
  std::vector<TF_Tensor*> inputs_, held_;
  int outputs_ = 0;
};
