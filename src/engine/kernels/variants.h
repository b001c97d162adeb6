#pragma once
// The numeric code is compiled once for each kind of processor; which copy runs is decided when it is loaded.

#include <cstdlib>
#include <cstring>

#include "arguments.h"

const Kernels& kernels_generic();
#ifdef FERMENT_X86
const Kernels& kernels_v3();
const Kernels& kernels_v4();
#endif

/** The newest that the processor has, or an older one that `FERMENT_KERNELS` names, so that one machine can test all. */
inline const Kernels& chooseKernels() {
#ifdef FERMENT_X86
  const char* wish = std::getenv("FERMENT_KERNELS");
  const auto wished = [&](const char* name) { return wish != nullptr && std::strcmp(wish, name) == 0; };
  if (wished("generic")) return kernels_generic();
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  if (v4 && !wished("x86-64-v3")) return kernels_v4();
  if (v3) return kernels_v3();
#endif
  return kernels_generic();
}
