/**
 * Whether an epoch (from 1) is among the first `share` of `epochs`. A share is written in decimals, and 0.29 times 100
 * is a little below 29 in floating point: that epoch belongs to it.
 */
export function isWithinShare(epoch: number, share: number, epochs: number): boolean {
  return epoch <= share * epochs + TOLERANCE;
}

/** More than rounding makes of any number of epochs, less than anybody means. */
const TOLERANCE = 1e-9;
