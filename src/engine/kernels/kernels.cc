// A stand-in for the numeric code, compiled once for each kind of processor.
#include "variants.h"

namespace {
#include "twice.h"
}  // namespace

#define FERMENT_JOIN(a, b) a##b
#define FERMENT_NAME(variant) FERMENT_JOIN(kernels_, variant)
#define FERMENT_TEXT(x) #x
#define FERMENT_QUOTE(x) FERMENT_TEXT(x)

const Kernels& FERMENT_NAME(FERMENT_VARIANT)() {
  static const Kernels all{FERMENT_QUOTE(FERMENT_VARIANT), twice};
  return all;
}
