import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../kit/index.ts';

function markFile(state: string): string {
  return join(state, 'last-sweep');
}

/**
 * Which sweep of the store was the last, or '' when there was none. A command that counts on objects being there
 * reads this before, and again once what names the objects is written: when it has changed, they may be gone.
 */
export function lastSweep(state: string): string {
  try {
    return readFileSync(markFile(state), 'utf8');
  } catch {
    return '';
  }
}

/** Says that objects were moved out of the store. Throws NO_SPACE or STORE_UNWRITABLE. */
export function markSweep(state: string): void {
  writeFileAtomic(markFile(state), `${randomBytes(16).toString('hex')}\n`);
}
