import { readFileSync } from 'node:fs';
import { digestOf, errnoOf, isGone, isIdentity, type ProcessIdentity } from '../../kit/index.ts';

/** What a claim file says: who holds it, and the holder's notes for whoever must clean up after it. */
export interface ClaimRecord {
  /** One of its kind: no two claims, ever, have the same. */
  readonly id: string;
  readonly owner: ProcessIdentity | undefined;
  readonly notes: unknown;
}

/** What a claim file says, or undefined when there is none: its last whole line. A damaged one has no owner. */
export function readClaim(file: string): ClaimRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  for (const line of text.split('\n').reverse()) {
    const record = line === '' ? undefined : recordIn(line);
    if (record !== undefined) return record;
  }
  return { id: digestOf(text).slice(0, 32), owner: undefined, notes: undefined };
}

function recordIn(line: string): ClaimRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, owner, notes } = value as Record<string, unknown>;
    return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && isIdentity(owner)
      ? { id, owner, notes }
      : undefined;
  } catch {
    return undefined;
  }
}

/** True when nobody can be holding it any more. */
export function isAbandoned(record: ClaimRecord): boolean {
  return record.owner === undefined || isGone(record.owner);
}
