import { describe, expect, it } from 'vitest';
import { downloadFolder } from '../../../../src/fer/data/fetch/index.ts';

describe('the folder of downloads', () => {
  it.each([
    [{ HOME: '/home/ada' }, 'linux', '/home/ada/.cache/ferment/downloads'],
    [{ HOME: '/home/ada' }, 'darwin', '/home/ada/Library/Caches/ferment/downloads'],
    [{ HOME: '/home/ada', XDG_CACHE_HOME: '/big' }, 'linux', '/big/ferment/downloads'],
    [{ HOME: '/home/ada', XDG_CACHE_HOME: 'relative' }, 'linux', '/home/ada/.cache/ferment/downloads'],
    [{ HOME: '/home/ada', XDG_CACHE_HOME: '/big', FERMENT_CACHE: '/own' }, 'linux', '/own/downloads'],
  ] as const)('is where the set-up script keeps its things, too (%#)', (env, platform, wanted) => {
    expect(downloadFolder(env, platform)).toBe(wanted);
  });
});
