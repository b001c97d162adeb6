import type { LockEntry, Stage, StageName } from '../model.ts';

/**
 * The blocks of a lock that speak for a pipeline: those of the stages that it declares, with the outs that these
 * declare. The block of a stage that was renamed or removed stays in the lock, and would speak of old content.
 */
export function declaredEntries(
  entries: ReadonlyMap<StageName, LockEntry>,
  stages: readonly Pick<Stage, 'name' | 'outs'>[],
): ReadonlyMap<StageName, LockEntry> {
  const declared = new Map<StageName, LockEntry>();
  for (const { name, outs } of stages) {
    const entry = entries.get(name);
    if (entry === undefined) continue;
    const paths = new Set(outs.map(({ path }) => path));
    declared.set(name, { ...entry, outs: entry.outs.filter(({ path }) => paths.has(path)) });
  }
  return declared;
}
