import { readFileSync } from 'node:fs';

/** The text of a small file; undefined where there is none, it cannot be read, or another process took it away. */
export function readTextIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
