import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAbandoned, readClaim } from '../run/claim-record.ts';
import { journalFolder } from '../run/state-paths.ts';

/**
 * Since when commands are at work on stages of this project, in ms since 1970; undefined when none is. What is newer
 * than that may be theirs.
 */
export function busySince(state: string): number | undefined {
  const folder = journalFolder(state);
  let since: number | undefined;
  for (const name of namesIn(folder)) {
    if (!name.endsWith('.json')) continue;
    const file = join(folder, name);
    const record = readClaim(file);
    if (record === undefined || isAbandoned(record)) continue;
    const begun = lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    since = Math.min(since ?? begun, begun);
  }
  return since;
}

/** The names in a folder, or none where it cannot be read. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
