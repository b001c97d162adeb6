import { join } from 'node:path';

/** Where the sources of the engine's own operations lie. */
export const KERNEL_SOURCES = join('src', 'engine', 'kernels');

/** @typedef {{ name: string, source: string, flags: readonly string[] }} Unit an object file, its source, and the settings that decide what comes out */

/** No function of these objects is for others, and none of others' may take its place. */
const COMMON = ['-std=c++17', '-O3', '-fPIC', '-pthread', '-DNAPI_VERSION=8', '-fvisibility=hidden'];

/** A multiplication and an addition become one instruction where there is one; no number is checked for errno or traps. */
const NUMERIC = ['-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math'];

/*
 * The same code as by -march=x86-64-v3 and -v4, which g++ before 11 does not know; and exactly those instructions that variants.h asks
 * the processor for.
 */
const V3 = ['-mavx2', '-mfma'];
const V4 = ['f', 'bw', 'cd', 'dq', 'vl'].map((part) => `-mavx512${part}`);

/**
 * What the kernels are compiled to, in the order of linking: of a function that several objects hold the linker keeps the first, which
 * must be one that runs on every processor. The numeric code once for each kind of processor.
 * @param {string} arch
 * @returns {readonly Unit[]}
 */
export function kernelUnits(arch) {
  const flags = [...COMMON, ...NUMERIC, ...(arch === 'x64' ? ['-DFERMENT_X86=1'] : [])];
  /** @type {(name: string, ...more: string[]) => Unit} */
  const variant = (name, ...more) => ({
    name,
    source: 'kernels.cc',
    flags: [...flags, `-DFERMENT_VARIANT=${name}`, ...more],
  });
  const units = [{ name: 'addon', source: 'addon.cc', flags }, variant('generic')];
  return arch === 'x64'
    ? [...units, variant('v3', ...V3), variant('v4', ...V3, ...V4, '-mprefer-vector-width=512')]
    : units;
}
