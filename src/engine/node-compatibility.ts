import { createRequire } from 'node:module';

/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined`, which warns on Node 22 and is gone since Node 23
 * (tensorflow/tfjs#8609): puts one of our own in its place before the package is loaded. Can go when tfjs-node no
 * longer calls it.
 */
export function restoreRemovedUtilities(): void {
  // Through require: an ES module's view of `util` is frozen, and the package itself is CommonJS.
  const util: Record<string, unknown> = createRequire(import.meta.url)('node:util');
  util['isNullOrUndefined'] = (value: unknown): boolean => value === null || value === undefined;
}
