import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of something that comes with Ferment, looked for from this code upwards: the package's root is one level
 * above the built command, and some more above a source file. Undefined where the installation lacks it.
 */
export function installed(...path: readonly string[]): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, ...path);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) return undefined;
  }
}
