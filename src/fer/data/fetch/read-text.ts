import { readFileSync } from 'node:fs';

/** The text of a small file beside a download; undefined where there is none, or another process took it away. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
