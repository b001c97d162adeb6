#pragma once
// The threads that a kernel's groups of images are spread over, and memory that stays from one operation to the next.

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "arguments.h"

/** Memory that grows and is handed out anew for every operation. */
class Arena {
 public:
  ~Arena() { release(); }
  void reset() { blockCount_ = 0; }
  float* take(long floats) {
    const size_t bytes = (static_cast<size_t>(floats) * sizeof(float) + 127) / 64 * 64;
    if (blockCount_ == blocks_.size()) blocks_.push_back({nullptr, 0});
    Block& block = blocks_[blockCount_++];
    if (block.bytes < bytes) {
      std::free(block.data);
      block = {static_cast<float*>(std::aligned_alloc(64, bytes)), bytes};
      if (block.data == nullptr) {
        block.bytes = 0;
        throw std::bad_alloc();
      }
    }
    return block.data;
  }

 private:
  struct Block {
    float* data;
    size_t bytes;
  };
  void release() {
    for (Block& block : blocks_) std::free(block.data);
  }
  std::vector<Block> blocks_;
  size_t blockCount_ = 0;
};

/** The calling thread and `threads - 1` others, which sleep between operations. */
class Pool {
 public:
  explicit Pool(long threads) : arenas_(threads + 1) {
    for (long i = 1; i < threads; i++) others_.emplace_back([this, i] { loop(i); });
  }
  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
    for (std::thread& other : others_) other.join();
  }

  /** One operation at a time may use the pool. */
  std::mutex& operation() { return operation_; }

  Workers workers() {
    for (Arena& arena : arenas_) arena.reset();
    return {this, static_cast<long>(others_.size()) + 1,
            [](void* self, long groups, Work work, void* context) {
              static_cast<Pool*>(self)->run(groups, work, context);
            },
            [](void* self, long slot, long floats) { return static_cast<Pool*>(self)->arenas_[slot].take(floats); }};
  }

 private:
  using Work = void (*)(void* context, long group, long thread);

  void run(long groups, Work work, void* context) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = work;
      context_ = context;
      groups_ = groups;
      next_ = 0;
      busy_ = static_cast<long>(others_.size());
      round_++;
    }
    wake_.notify_all();
    drain(0);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

  void drain(long thread) {
    for (long group = next_++; group < groups_; group = next_++) {
      arenas_[thread].reset();
      work_(context_, group, thread);
    }
  }

  void loop(long thread) {
    for (long seen = 0;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return stopped_ || round_ != seen; });
        if (stopped_) return;
        seen = round_;
      }
      drain(thread);
      std::lock_guard<std::mutex> lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::vector<Arena> arenas_;
  std::vector<std::thread> others_;
  std::mutex operation_, mutex_;
  std::condition_variable wake_, done_;
  Work work_ = nullptr;
  void* context_ = nullptr;
  long groups_ = 0;
  std::atomic<long> next_{0};
  long busy_ = 0;
  long round_ = 0;
  bool stopped_ = false;
};
