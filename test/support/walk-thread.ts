import { join } from 'node:path';
import { build } from 'esbuild';
import { temporaryFolder } from './temporary.ts';

/** Builds the thread that helps walks, as scripts/build.mjs does; returns its file. `whenDone` as for the folder. */
export async function buildWalkThread(whenDone?: (clean: () => void) => void): Promise<string> {
  const file = join(temporaryFolder(whenDone), 'walk-thread.cjs');
  await build({
    entryPoints: ['src/runner/hash/walk-thread.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  return file;
}
