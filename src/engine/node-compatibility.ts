import { createRequire } from 'node:module';

/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed (tensorflow/tfjs#8609): gives it back
 * before the package is loaded. Can go when tfjs-node no longer calls it.
 */
export function restoreRemovedUtilities(): void {
  // Through require: an ES module's view of `util` is frozen, and the package itself is CommonJS.
  const util: Record<string, unknown> = createRequire(import.meta.url)('node:util');
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
}
