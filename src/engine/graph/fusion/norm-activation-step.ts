import { type FusedActivation, normActivation, normActivationGradient } from '../../ops/norm-activation.ts';
import { moveTo, readWeights } from '../batch-norm-step.ts';
import { type BatchNormFacts, present, type RunStep } from '../step.ts';

/** A trained batch norm and what alone reads it. */
export interface NormActivation {
  readonly name: string;
  /** The norm's input, and the other part of a sum. */
  readonly inputs: readonly number[];
  readonly norm: BatchNormFacts;
  readonly activation: FusedActivation;
}

/** A trained batch norm, perhaps a sum, and an activation in one kernel. For training passes only. */
export function normActivationStep({ name, inputs, norm, activation }: NormActivation): RunStep {
  const options = { activation, epsilon: norm.epsilon, momentum: norm.momentum };
  const isSum = inputs.length > 1;
  return {
    name,
    inputs,
    weights: [norm.gamma, norm.beta],
    // The sum's other part is not read again, but its output is kept by a pooling after it anyway, as the sum is here.
    keepsInputs: true,
    keepsOutput: isSum,
    forward: ({ engine }, [x, other]) => {
      const { y, statistics } = normActivation(engine, { x: present(x), other }, readWeights(norm), options);
      moveTo(norm.movingMean, statistics.movingMean);
      moveTo(norm.movingVariance, statistics.movingVariance);
      return { output: y, saved: [statistics.mean, statistics.variance] };
    },
    backward: ({ engine }, { inputs: [x], output, saved: [mean, variance], dy, wants }) => {
      const { gamma, beta } = readWeights(norm);
      const known = { gamma, beta, mean: present(mean), variance: present(variance) };
      const y = isSum ? present(output) : undefined;
      const { dx, dgamma, dbeta, dother } = normActivationGradient(
        engine,
        { x: present(x), y, dy, ...known },
        options,
      );
      if (!wants[0]) dx.dispose();
      if (!wants[1]) dother.dispose();
      return {
        inputs: [wants[0] ? dx : undefined, wants[1] ? dother : undefined],
        weights: [dgamma, dbeta],
      };
    },
  };
}
