import type { Engine } from '../load.ts';
import { type Attribute, int } from '../native.ts';

/** The attributes of Ferment's kernels that multiply matrices: on how many threads, and what numbers. */
export function productAttributes({
  threads,
  precision,
}: Pick<Engine, 'threads' | 'precision'>): readonly Attribute[] {
  return [int('threads', threads), int('low_precision', precision === 'bfloat16' ? 1 : 0)];
}
