import type { BatchNormFacts } from '../step.ts';
import { type Bottleneck, bottleneckStep } from './bottleneck-step.ts';
import type { Cursor, Fusion, Next } from './fusion.ts';
import { activationOf, depthwiseWindow, fits, pointwiseKernel, trainedNorm } from './patterns.ts';

/** `[1x1 convolution, norm, ReLU6,] 3x3 depthwise convolution, norm, ReLU6, 1x1 convolution`. */
export function findBottleneck(start: Cursor, next: Next): Fusion | undefined {
  const expansion = findExpansion(start, next);
  const depthwise = expansion === undefined ? start : expansion.last && next(expansion.last);
  const window = depthwise && depthwiseWindow(depthwise.step);
  const normed = depthwise && window && findNormWithRelu6(depthwise, next);
  const projection = normed && next(normed.last);
  const project = projection && pointwiseKernel(projection.step);
  if (!(depthwise && window && normed && projection && project)) return undefined;
  const fitsKernel = fits(project.shape[2], 16, project.shape[3]);
  if (!fitsKernel || (expansion && !sameConstants(expansion.norm, normed.norm))) return undefined;
  const block: Omit<Bottleneck, 'input'> = {
    name: projection.step.name,
    expansion: expansion && { kernel: expansion.kernel, norm: expansion.norm },
    depthwise: window.kernel,
    stride: window.stride,
    norm: normed.norm,
    project,
  };
  const members = [...(expansion?.members ?? []), depthwise.index, ...normed.members, projection.index];
  return { members, inputs: start.step.inputs, build: ([input = 0]) => bottleneckStep({ ...block, input }) };
}

/** The kernel takes one epsilon and one momentum for both. */
function sameConstants(one: BatchNormFacts, other: BatchNormFacts): boolean {
  return one.epsilon === other.epsilon && one.momentum === other.momentum;
}

function findExpansion(start: Cursor, next: Next) {
  const kernel = pointwiseKernel(start.step);
  const normed = kernel && findNormWithRelu6(start, next);
  if (!(kernel && normed) || !fits(kernel.shape[3], 16, kernel.shape[2])) return undefined;
  return { ...normed, kernel, members: [start.index, ...normed.members] };
}

function findNormWithRelu6(from: Cursor, next: Next) {
  const norm = next(from);
  const facts = norm && trainedNorm(norm.step);
  const relu = norm && facts && next(norm);
  if (!(norm && facts && relu) || activationOf(relu.step) !== 'relu6') return undefined;
  return { norm: facts, members: [norm.index, relu.index], last: relu };
}
