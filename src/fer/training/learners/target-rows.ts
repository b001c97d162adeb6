import { smoothedTargets } from '../../../engine/index.ts';
import { CLASSES } from '../../params/index.ts';

export interface TeachingShare {
  /** Of what other nets answer in a target; the rest is the label. */
  readonly share: number;
  /** Label smoothing of that rest. */
  readonly labelSmoothing: number;
}

/**
 * Target rows `[n, 7]`: `(1 - share) label + share answer`; the labels alone without answers. Cross-entropy is linear
 * in its target, so this is the weighted sum of both losses (Hinton et al., 2015, at temperature 1).
 */
export function targetRows(
  labels: Uint8Array,
  answers: Float32Array | undefined,
  { share, labelSmoothing }: TeachingShare,
): Float32Array<ArrayBuffer> {
  const rows = smoothedTargets(labels, CLASSES.length, labelSmoothing);
  if (answers === undefined) return rows;
  blend(rows, answers, share);
  return rows;
}

/** Makes target rows `(1 - share) row + share answer`, in place. */
export function blend(rows: Float32Array, answers: Float32Array, share: number): void {
  for (let i = 0; i < rows.length; i++) rows[i] = (1 - share) * (rows[i] ?? 0) + share * (answers[i] ?? 0);
}
