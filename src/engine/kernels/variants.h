#pragma once
// The numeric code is compiled once for each kind of processor; which copy runs is decided when it is loaded.

#include "arguments.h"

const Kernels& kernels_generic();
#ifdef FERMENT_X86
const Kernels& kernels_v3();
const Kernels& kernels_v4();
#endif

inline const Kernels& chooseKernels() {
#ifdef FERMENT_X86
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  if (v4) return kernels_v4();
  if (v3) return kernels_v3();
#endif
  return kernels_generic();
}
