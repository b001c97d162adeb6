import { readFileSync } from 'node:fs';
import { digestOf, isDigest, writeFileAtomic } from '../../kit/index.ts';

/**
 * Writes what Ferment remembers for itself, with its own digest before it: a memory of which a bit is wrong must be no
 * memory, where nothing else would notice. Never throws: a full or read-only disk, or a folder in the place of the
 * file, costs the time that the memory would have saved.
 */
export function writeChecked(path: string, text: string): void {
  try {
    writeFileAtomic(path, `${digestOf(text)}\n${text}`, { durable: false });
  } catch {
    // The next command reads and parses again.
  }
}

/** What was written there, or undefined when it is not there, or not as it was written. */
export function readChecked(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const end = bytes.indexOf(10);
  const digest = bytes.toString('latin1', 0, Math.max(0, end));
  const body = bytes.subarray(end + 1);
  return isDigest(digest) && digestOf(body) === digest ? body.toString('utf8') : undefined;
}
