#pragma once
// The numeric code is compiled once for each kind of processor and of numbers; which copies run is decided when they are
// loaded.

#include <cstdlib>
#include <cstring>

#include "arguments.h"

const Kernels& kernels_generic();
const Kernels& bfloat16_generic();
#ifdef FERMENT_X86
const Kernels& kernels_v3();
const Kernels& kernels_v4();
const Kernels& bfloat16_v3();
const Kernels& bfloat16_v4();
#endif

/** What runs in this process. */
struct Chosen {
  const Kernels& kernels;
  const Kernels& bfloat16;
  /** Whether the processor multiplies in bfloat16 itself: else `bfloat16` gives the same numbers in more time. */
  bool multipliesBfloat16;
  const Kernels& forPrecision(bool low) const { return low ? bfloat16 : kernels; }
};

/** The newest that the processor has, or an older one that `FERMENT_KERNELS` names, so that one machine can test all. */
inline Chosen chooseCopies() {
#ifdef FERMENT_X86
  const char* wish = std::getenv("FERMENT_KERNELS");
  const auto wished = [&](const char* name) { return wish != nullptr && std::strcmp(wish, name) == 0; };
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512cd");
  if (v3 && !wished("generic")) {
    if (!v4 || wished("x86-64-v3")) return {kernels_v3(), bfloat16_v3(), false};
    if (__builtin_cpu_supports("avx512bf16")) return {kernels_v4(), bfloat16_v4(), true};
    return {kernels_v4(), bfloat16_v3(), false};
  }
#endif
  return {kernels_generic(), bfloat16_generic(), false};
}

/** The same for the whole process: asked once. */
inline const Chosen& chosenCopies() {
  static const Chosen chosen = chooseCopies();
  return chosen;
}
