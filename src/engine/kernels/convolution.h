#pragma once
// 3x3 convolutions of stride 1 with a ring of zeros, and their gradients, by Winograd's transform.

#include "product.h"
#include "strips.h"

/**
 * `y = activation(x * kernels + bias + other)`; turned round, `x` is the gradient for the output and `y` that for
 * the input.
 */
void convolution(const ConvolutionArguments& at, const Settings& settings, Workers& workers) {
  const long in = at.turned ? at.out : at.in, out = at.turned ? at.in : at.out;
  const Tiling tiling{at.height, at.width, in > WIDE || out > WIDE ? TILES_WHEN_WIDE : TILES};
  const long inPlane = tiling.plane(in), outPlane = tiling.plane(out), columns = tiling.columns(), depth = in / TOGETHER;
  Number* filter = takeNumbers(workers, workers.threads, PLACES * in * out / TOGETHER);
  forGroups(workers, at.in / TOGETHER, [&](long i, long) {
    withLanes(at.out, [&](auto lanes) {
      transformFilter<decltype(lanes)::value>(at.filter, at.in, at.out, i * TOGETHER, at.turned, filter);
    });
  });
  // No number here is a sum over images: pieces may be cut anywhere.
  const long strips = at.images * tiling.rows(), most = tiling.strips();
  forGroups(workers, (strips + most - 1) / most, [&](long piece, long thread) {
    const long first = piece * most, count = strips - first < most ? strips - first : most;
    float* padded = take(workers, thread, 4 * (2 * columns + 2) * in);
    Number* v = takeNumbers(workers, thread, PLACES * inPlane);
    float* m = take(workers, thread, PLACES * outPlane);
    inputPiece<OVER_CHANNELS>(at.x, tiling, in, first, count, padded, v, inPlane);
    for (long k = 0; k < PLACES; k++)
      product(count * columns, out, depth, Factor<false, Number>{v + k * inPlane, depth}, filter + k * depth * out, out,
              Set{m + k * outPlane, out});
    withActivation(settings.activation, [&](auto activation) {
      const Finish<decltype(activation)::value> finish{at.bias, at.other, at.y};
      withLanes(out, [&](auto lanes) {
        for (long s = 0; s < count; s++)
          outputStrip<decltype(lanes)::value>(m + s * columns * out, outPlane, tiling, out, first + s, finish);
      });
    });
  });
}

/** `dkernels[a, b, i, o] = sum of x(shifted)[i] dy[o]`: the sum over tiles is taken at the 16 places. */
void convolutionFilterGrad(const ConvolutionGradArguments& at, const Settings&, Workers& workers) {
  const Tiling tiling{at.height, at.width};
  const long in = at.in, out = at.out, entries = in * out, groups = groupsOf(at.images);
  const long inPlane = tiling.plane(in), outPlane = tiling.plane(out), columns = tiling.columns();
  const long depth = togetherOf(columns);  // of a strip
  float* sums = takeShared(workers, groups * PLACES * entries);
  forGroups(workers, groups, [&](long group, long thread) {
    float* padded = take(workers, thread, 4 * (2 * columns + 2) * in);
    Number* v = takeNumbers(workers, thread, PLACES * inPlane);
    Number* z = takeNumbers(workers, thread, PLACES * outPlane);
    float* sum = sums + group * PLACES * entries;
    const Range images = imagesOf(group, at.images);
    forPieces(tiling, images, [&](long first, long count) {
      inputPiece<OVER_TILES>(at.x, tiling, in, first, count, padded, v, inPlane);
      withLanes(out, [&](auto lanes) {
        for (long s = 0; s < count; s++)
          gradientStrip<decltype(lanes)::value>(at.dy, tiling, first + s, {columns, out, z + s * depth * out, outPlane});
      });
      const bool begins = first == images.begin * tiling.rows();
      for (long k = 0; k < PLACES; k++) {
        const Factor<true, Number> left{v + k * inPlane, in};
        float* to = sum + k * entries;
        if (begins) product(in, out, count * depth, left, z + k * outPlane, out, Set{to, out});
        else product(in, out, count * depth, left, z + k * outPlane, out, Add{to, out});
      }
    });
  });
  forGroups(workers, in, [&](long i, long thread) {
    float* rows = take(workers, thread, PLACES * out);
    for (long k = 0; k < PLACES; k++)
      sumParts(sums + k * entries + i * out, groups, PLACES * entries, out, rows + k * out);
    for (long o = 0; o < out; o++) filterGradient(rows + o, out, at.dfilter + i * out + o, entries);
  });
}
