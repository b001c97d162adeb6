import { createRandom, FermentError } from '../../../kit/index.ts';
import { CLASSES } from '../../params/index.ts';

/** The order in which an epoch (from 1) visits `count` images; each epoch its own, the same for the same seed. */
export function shuffledOrder(seed: number, epoch: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return createRandom(seed, 'shuffle', epoch).shuffle(order);
}

/**
 * Picks `limit` images so that every class keeps its share (largest remainders), in their old order; null or a limit
 * of all images and more picks all. Of a class that is there at least one image stays.
 * Throws BAD_PARAMS when the limit is below the number of classes that occur.
 */
export function stratifiedSample(labels: Uint8Array, limit: number | null, seed: number): Uint32Array {
  const all = Uint32Array.from({ length: labels.length }, (_, i) => i);
  if (limit === null || limit >= labels.length) return all;
  const quotas = quotasOf(labels, limit);
  const chosen = quotas.flatMap((quota, label) => {
    const members = all.filter((i) => labels[i] === label);
    return [...createRandom(seed, 'train-limit', label).shuffle(members).subarray(0, quota)];
  });
  return Uint32Array.from(chosen).sort();
}

function quotasOf(labels: Uint8Array, limit: number): readonly number[] {
  const counts = classCounts(labels);
  const present = counts.filter((count) => count > 0).length;
  if (limit < present) {
    throw new FermentError(
      'BAD_PARAMS',
      `trainLimit must leave an image of each of the ${present} classes. Received: ${limit}.`,
      { hint: 'Raise trainLimit, or set it to null to train on all images.' },
    );
  }
  const exact = counts.map((count) => (count * limit) / labels.length);
  const quotas = exact.map((share, label) => ((counts[label] ?? 0) > 0 ? Math.max(1, Math.floor(share)) : 0));
  // Largest remainders first; where the ones for rare classes overdraw, the largest classes give.
  for (let missing = limit - sum(quotas); missing !== 0; missing = limit - sum(quotas)) {
    const step = Math.sign(missing);
    const label = bestIndex(quotas.map((quota, i) => step * ((exact[i] ?? 0) - quota)));
    quotas[label] = (quotas[label] ?? 0) + step;
  }
  return quotas;
}

/** Images per class, in the order of CLASSES. */
export function classCounts(labels: Uint8Array): number[] {
  const counts = CLASSES.map(() => 0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/**
 * Loss weight per class: (mean count / count) to `power`, the mean over the classes that occur; a class without
 * images weighs 1. Undefined when the power is 0.
 */
export function classWeights(labels: Uint8Array, power: number): readonly number[] | undefined {
  if (power === 0) return undefined;
  const counts = classCounts(labels);
  const present = counts.filter((count) => count > 0);
  const mean = sum(present) / present.length;
  return counts.map((count) => (count === 0 ? 1 : (mean / count) ** power));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function bestIndex(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
