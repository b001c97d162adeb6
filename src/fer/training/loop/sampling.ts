import { createRandom, FermentError } from '../../../kit/index.ts';
import { countPerClass } from '../../data/class-names.ts';

/** The order in which an epoch (from 1) visits `count` images; each epoch its own, the same for the same seed. */
export function shuffledOrder(seed: number, epoch: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return createRandom(seed, 'shuffle', epoch).shuffle(order);
}

/**
 * Picks `limit` samples so that every class keeps its share (largest remainders), in their old order; null, or a
 * limit of all and more, picks all. Of a class that occurs at least one sample stays.
 * Throws BAD_PARAMS when the limit is below the number of classes that occur.
 */
export function stratifiedSample(labels: Uint8Array, limit: number | null, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: labels.length }, (_, i) => i);
  if (limit === null || limit >= labels.length) return all;
  const quotas = quotasOf(labels, limit);
  const chosen = quotas.flatMap((quota, label) => {
    const members = all.filter((i) => labels[i] === label);
    return [...createRandom(seed, 'stratified-sample', label).shuffle(members).subarray(0, quota)];
  });
  return Uint32Array.from(chosen).sort();
}

function quotasOf(labels: Uint8Array, limit: number): readonly number[] {
  const counts = Object.values(countPerClass(labels));
  const present = counts.filter((count) => count > 0).length;
  if (limit < present) {
    throw new FermentError(
      'BAD_PARAMS',
      `A stratified sample needs room for each of the ${present} classes. Received: a limit of ${limit}.`,
      { hint: 'Raise the limit (trainLimit, tsne.points), or set it to null to take all.' },
    );
  }
  const exact = counts.map((count) => (count * limit) / labels.length);
  const quotas = exact.map((share, label) => ((counts[label] ?? 0) > 0 ? Math.max(1, Math.floor(share)) : 0));
  // Largest remainders first. Where rare classes were lifted to one and overdraw, the others give what costs least.
  for (let missing = limit - sum(quotas); missing !== 0; missing = limit - sum(quotas)) {
    const gains = quotas.map((quota, label) => {
      const remainder = (exact[label] ?? 0) - quota;
      if (missing > 0) return remainder;
      return quota > 1 ? -remainder : Number.NEGATIVE_INFINITY;
    });
    const label = gains.indexOf(Math.max(...gains));
    quotas[label] = (quotas[label] ?? 0) + Math.sign(missing);
  }
  return quotas;
}

/**
 * Loss weight per class: (mean count / count) to `power`, the mean over the classes that occur; a class without
 * images weighs 1. Undefined when the power is 0.
 */
export function classWeights(labels: Uint8Array, power: number): readonly number[] | undefined {
  if (power === 0) return undefined;
  const counts = Object.values(countPerClass(labels));
  const mean = labels.length / counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : (mean / count) ** power));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
