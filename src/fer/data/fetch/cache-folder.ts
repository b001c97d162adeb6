import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * Where downloads are kept, once per user: `$FERMENT_CACHE`, or `ferment` in the cache folder of the platform, as
 * the set-up script has it, so that a failed stage, a removed checkout or another checkout need not fetch again.
 */
export function downloadFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const own = env['FERMENT_CACHE'];
  if (own !== undefined && own !== '') return join(resolve(own), 'downloads');
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'ferment', 'downloads');
  const home = env['HOME'] || homedir();
  const caches = platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
  return join(caches, 'ferment', 'downloads');
}
