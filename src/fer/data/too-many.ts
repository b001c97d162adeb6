import { FermentError, formatCount } from '../../kit/index.ts';

/** Ten times FER2013; more would no longer fit into a provenance that is read in one piece. */
const MAX_NEW_IMAGES = 500_000;

/**
 * Throws BAD_PARAMS, with what they would take, when a parameter asks for more new images than a run can make and pack.
 * Measured with 40,000: 4 kB of the disk as a file, 7 kB packed; 2.6 kB of memory in `augment`, 7 kB in `to-rgb`.
 */
export function refuseTooMany(param: string, count: number): void {
  if (count <= MAX_NEW_IMAGES) return;
  throw new FermentError(
    'BAD_PARAMS',
    `${param} must ask for at most ${formatCount(MAX_NEW_IMAGES)} new images. Received: ${formatCount(count)}.`,
    { hint: 'Each takes some 11 kB of the disk, and 7 kB of memory while it is packed (to-rgb).' },
  );
}
