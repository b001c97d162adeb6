import type { Tensor } from '../../native.ts';
import { type Expansion, expandDepthwise, expandDepthwiseGradient } from '../../ops/expand-depthwise.ts';
import type { NormStatistics } from '../../ops/norm-activation.ts';
import { type KnownNorm, normProject, normProjectGradient } from '../../ops/norm-project.ts';
import { moveTo, readWeights } from '../batch-norm-step.ts';
import {
  type BackwardInput,
  type BatchNormFacts,
  type Forward,
  type Gradients,
  type Pass,
  present,
  type RunStep,
  type Weight,
} from '../step.ts';

/** The layers of an inverted bottleneck before its last batch norm, all of them trained, none with a bias. */
export interface Bottleneck {
  readonly name: string;
  readonly input: number;
  /** The widening 1x1 convolution and its batch norm; ReLU6 follows. */
  readonly expansion: { readonly kernel: Weight; readonly norm: BatchNormFacts } | undefined;
  /** 3x3, a ring of zeros around; its batch norm and ReLU6 follow. */
  readonly depthwise: Weight;
  readonly stride: number;
  readonly norm: BatchNormFacts;
  /** The narrowing 1x1 convolution. */
  readonly project: Weight;
}

/**
 * Expansion, depthwise convolution and projection of an inverted bottleneck in two kernels, which keep one wide tensor
 * where the single operations keep four. For training passes only.
 */
export function bottleneckStep(block: Bottleneck): RunStep {
  const { expansion, norm } = block;
  return {
    name: block.name,
    inputs: [block.input],
    weights: [
      ...(expansion ? [expansion.kernel, expansion.norm.gamma, expansion.norm.beta] : []),
      ...[block.depthwise, norm.gamma, norm.beta, block.project],
    ],
    keepsInputs: true,
    keepsOutput: false,
    forward: (pass, [x]) => forward(block, pass, present(x)),
    backward: (pass, at) => backward(block, pass, at),
  };
}

function forward(block: Bottleneck, { engine }: Pass, x: Tensor): Forward {
  const { d, saved } = expandDepthwise(engine, x, weightsOf(block), optionsOf(block));
  const project = block.project.variable.read();
  const output = normProject(engine, d, project, knownNorm(block.norm, saved.outer));
  moveStatistics(block.norm, saved.outer);
  if (block.expansion) moveStatistics(block.expansion.norm, saved.inner);
  else engine.tf.dispose([saved.inner.movingMean, saved.inner.movingVariance]);
  const { inputMean, covariance, inner, outer } = saved;
  return {
    output,
    saved: [d, inputMean, covariance, inner.mean, inner.variance, outer.mean, outer.variance],
  };
}

function backward(block: Bottleneck, { engine }: Pass, at: BackwardInput): Gradients {
  const [d, ...rest] = at.saved.map(present);
  const saved = savedOf(rest);
  const norm = knownNorm(block.norm, saved.outer);
  const project = block.project.variable.read();
  const outerGradient = normProjectGradient(engine, { d: present(d), project, dy: at.dy }, norm);
  const { dx, ddepthwise, dexpansion } = expandDepthwiseGradient(
    engine,
    { ...weightsOf(block), x: present(at.inputs[0]), d: present(d), saved, outerGradient },
    optionsOf(block),
  );
  outerGradient.g.dispose();
  if (!at.wants[0]) dx.dispose();
  return {
    inputs: [at.wants[0] ? dx : undefined],
    weights: [
      ...(dexpansion ? [dexpansion.kernel, dexpansion.gamma, dexpansion.beta] : []),
      ...[ddepthwise, outerGradient.dgamma, outerGradient.dbeta, outerGradient.dproject],
    ],
  };
}

/** The tensors of `forward`, after the first. */
function savedOf(tensors: readonly Tensor[]) {
  const [inputMean, covariance, mean, variance, outerMean, outerVariance] = tensors;
  return {
    inputMean: present(inputMean),
    covariance: present(covariance),
    inner: { mean: present(mean), variance: present(variance) },
    outer: { mean: present(outerMean), variance: present(outerVariance) },
  };
}

function weightsOf({ expansion, depthwise, norm }: Bottleneck) {
  const widened: Expansion | undefined = expansion && {
    kernel: expansion.kernel.variable.read(),
    norm: readWeights(expansion.norm),
  };
  return { expansion: widened, depthwise: depthwise.variable.read(), outer: readWeights(norm) };
}

function optionsOf({ stride, norm: { epsilon, momentum } }: Bottleneck) {
  return { stride, epsilon, momentum };
}

function moveStatistics(norm: BatchNormFacts, { movingMean, movingVariance }: NormStatistics): void {
  moveTo(norm.movingMean, movingMean);
  moveTo(norm.movingVariance, movingVariance);
}

function knownNorm(norm: BatchNormFacts, { mean, variance }: Known): KnownNorm {
  return { ...readWeights(norm), mean, variance, epsilon: norm.epsilon };
}

type Known = Pick<NormStatistics, 'mean' | 'variance'>;
