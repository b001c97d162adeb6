#pragma once
// How the work of an operation is cut up. The cut depends on the number of images alone, so that the sums, and with
// them the last bits of a training, are the same for any number of threads.

#include "arguments.h"
#include "numbers.h"

constexpr long MOST_GROUPS = 16;

struct Range {
  long begin;
  long end;
};

inline long groupsOf(long images) { return images < MOST_GROUPS ? images : MOST_GROUPS; }

inline Range imagesOf(long group, long images) {
  const long groups = groupsOf(images);
  return {group * images / groups, (group + 1) * images / groups};
}

/** Calls `work(group, thread)` for every group. */
template <class Work>
void forGroups(Workers& workers, long groups, Work work) {
  workers.run(
      workers.self, groups,
      [](void* context, long group, long thread) {
        (*static_cast<Work*>(context))(group, thread);
        fence();
      },
      &work);
}

inline float* take(Workers& workers, long slot, long floats) { return workers.take(workers.self, slot, floats); }

/** Memory that all threads see. */
inline float* takeShared(Workers& workers, long floats) { return take(workers, workers.threads, floats); }

inline Number* takeNumbers(Workers& workers, long slot, long numbers) {
  return reinterpret_cast<Number*>(take(workers, slot, numbers));
}

/** `[rows, cols]` floats as Numbers, for a sum over rows, where all threads see them. */
inline const Number* shareRows(const float* from, long rows, long cols, Workers& workers) {
  return asRows(from, rows, cols, takeNumbers(workers, workers.threads, togetherOf(rows) * cols));
}

inline float* takeZeros(Workers& workers, long slot, long floats) {
  float* memory = take(workers, slot, floats);
  for (long i = 0; i < floats; i++) memory[i] = 0;
  return memory;
}

/** `to[i]` = the sum over groups of `parts[group * stride + i]`, in double, some numbers of each group at a time. */
inline void sumParts(const float* parts, long groups, long stride, long size, float* to) {
  constexpr long SOME = 64;
  double sums[SOME];
  for (long first = 0; first < size; first += SOME) {
    const long some = size - first < SOME ? size - first : SOME;
    for (long i = 0; i < some; i++) sums[i] = 0;
    for (long group = 0; group < groups; group++)
      for (long i = 0; i < some; i++) sums[i] += parts[group * stride + first + i];
    for (long i = 0; i < some; i++) to[first + i] = static_cast<float>(sums[i]);
  }
}

/** The same of parts that lie one after the other. */
inline void sumGroups(const float* parts, long groups, long size, float* to) { sumParts(parts, groups, size, size, to); }
