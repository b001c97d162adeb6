import { describe, expect, test } from 'vitest';
import { createContext, resolveCache } from '../../../scripts/setup/context.mjs';
import { checkNodeVersion } from '../../../scripts/setup/node-version.mjs';
import type { Pins } from '../../../scripts/setup/types.ts';
import { locateLibrary } from '../../../scripts/setup/variant.mjs';
import { addProgram, createSandbox } from './support.ts';

const pins: Pins = createContext().pins;

describe('the Node version', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.21.0'])('%s is accepted', (version) => {
    expect(checkNodeVersion(version)).toBeUndefined();
  });

  test.each(['18.20.0', '20.18.3', '25.0.0', '26.1.0'])('%s is refused in one sentence', (version) => {
    expect(checkNodeVersion(version)).toBe(
      `Ferment needs Node 20.19 or later, up to 24, and this is Node ${version}: nvm install 22 && nvm use 22, or install Node 22 in your own way`,
    );
  });
});

describe('the TensorFlow build', () => {
  const choose = (env: NodeJS.ProcessEnv, platform = 'linux', arch = 'x64') => {
    return locateLibrary(createContext({ ...createSandbox().context, env, pins, platform, arch }));
  };

  test.each([
    [{}, 'cpu', 'tensorflow-cpu'],
    [{ FERMENT_TF: 'cpu' }, 'cpu', 'tensorflow-cpu'],
    [{ FERMENT_TF: 'cuda' }, 'cuda', 'tensorflow'],
    [{ FERMENT_TF: '' }, 'cpu', 'tensorflow-cpu'],
  ])('with %o it is %s', (env, variant, wheel) => {
    const library = choose(env);
    expect([library.variant, library.build.wheels[0].name]).toEqual([variant, wheel]);
  });

  test('an NVIDIA driver on the machine chooses CUDA, which FERMENT_TF=cpu overrides', () => {
    const sandbox = createSandbox();
    addProgram(sandbox, 'nvidia-smi', '');
    expect(choose({ PATH: sandbox.bin }).variant).toBe('cuda');
    expect(choose({ PATH: sandbox.bin, FERMENT_TF: 'cpu' }).variant).toBe('cpu');
  });

  test('an NVIDIA driver where there is no CUDA build chooses the CPU', () => {
    const sandbox = createSandbox();
    addProgram(sandbox, 'nvidia-smi', '');
    expect(choose({ PATH: sandbox.bin }, 'linux', 'arm64').variant).toBe('cpu');
  });

  test.each([
    ['linux', 'arm64', 'manylinux_2_27_aarch64'],
    ['darwin', 'arm64', 'macosx_12_0_arm64'],
  ])('%s %s has one', (platform, arch, tag) => {
    expect(choose({}, platform, arch).build.wheels[0].platform).toBe(tag);
  });

  test('another value of FERMENT_TF is refused', () => {
    expect(() => choose({ FERMENT_TF: 'gpu' })).toThrow(
      'FERMENT_TF must be "cpu" or "cuda"; received "gpu": unset FERMENT_TF lets set-up choose',
    );
  });

  test('CUDA is refused where there is none', () => {
    expect(() => choose({ FERMENT_TF: 'cuda' }, 'darwin', 'arm64')).toThrow(
      'there is no TensorFlow 2.21.0 with CUDA for darwin arm64: set FERMENT_TF=cpu, or unset it',
    );
  });

  test.each([
    ['darwin', 'x64', ''],
    ['win32', 'x64', '; on Windows, use WSL 2'],
  ])('%s %s is refused with the platforms there are', (platform, arch, hint) => {
    expect(() => choose({}, platform, arch)).toThrow(
      `there is no TensorFlow 2.21.0 (cpu) for ${platform} ${arch}: run Ferment on one of linux x64, linux arm64, darwin arm64${hint}`,
    );
  });

  test('every pinned file has a whole digest and a size', () => {
    const wheels = Object.values(pins.builds).flatMap((build) => build.wheels);
    expect(wheels.filter(({ sha256, bytes }) => !/^[0-9a-f]{64}$/.test(sha256) || bytes < 1e6)).toEqual([]);
  });
});

describe('the cache folder', () => {
  test.each([
    [{ FERMENT_CACHE: '/big/ferment', XDG_CACHE_HOME: '/xdg' }, 'linux', '/big/ferment'],
    [{ XDG_CACHE_HOME: '/xdg', HOME: '/home/me' }, 'linux', '/xdg/ferment'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/home/me' }, 'linux', '/home/me/.cache/ferment'],
    [{ HOME: '/home/me' }, 'linux', '/home/me/.cache/ferment'],
    [{ HOME: '/Users/me' }, 'darwin', '/Users/me/Library/Caches/ferment'],
  ])('with %o on %s it is %s', (env, platform, expected) => {
    expect(resolveCache(env, platform)).toBe(expected);
  });
});
