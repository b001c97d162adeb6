import { createRandom } from '../../../kit/index.ts';
import { isWithinShare } from '../schedule/share-of-epochs.ts';
import { drawBeta } from './beta.ts';

/** Mixup of the images of a batch (Zhang et al., 2018). */
export interface Mixup {
  /** Of the Beta distribution of an image's share; 0 mixes nothing. */
  readonly alpha: number;
  /** The share of the epochs in which images are mixed. */
  readonly until: number;
}

/** Mixes a batch in place: images and target rows, each `[b, …]`, of an epoch (from 1). */
export type Mix = (
  batch: { readonly images: Float32Array; readonly targets: Float32Array; readonly indices: Uint32Array },
  epoch: number,
) => void;

/**
 * What mixes the batches of a training of `epochs`; undefined for an alpha of 0. Each image, and its target, becomes
 * `s x_i + (1 - s) x_j` with another of the batch, `s = max(u, 1 - u)` of a u from Beta(alpha, alpha), so that its own
 * label stays the larger part, by which its class weight goes. What is drawn depends on seed, epoch and the batch's
 * first image alone.
 */
export function createMixup(seed: number, { alpha, until }: Mixup, epochs: number): Mix | undefined {
  if (alpha === 0) return undefined;
  return ({ images, targets, indices }, epoch) => {
    if (!isWithinShare(epoch, until, epochs)) return;
    const random = createRandom(seed, 'mixup', epoch, indices[0] ?? 0);
    const partners = random.shuffle(Uint32Array.from(indices, (_, i) => i));
    const shares = Float64Array.from(indices, () => {
      const u = drawBeta(random, alpha);
      return Math.max(u, 1 - u);
    });
    for (const rows of [images, targets]) mixRows(rows, partners, shares);
  };
}

function mixRows(rows: Float32Array, partners: Uint32Array, shares: Float64Array): void {
  const before = rows.slice();
  const size = rows.length / partners.length;
  for (const [i, partner] of partners.entries()) {
    const share = shares[i] ?? 1;
    for (let k = 0; k < size; k++)
      rows[i * size + k] =
        share * (before[i * size + k] ?? 0) + (1 - share) * (before[partner * size + k] ?? 0);
  }
}
