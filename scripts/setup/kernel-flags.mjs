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
const V4 = [
  ...V3,
  ...['f', 'bw', 'cd', 'dq', 'vl'].map((part) => `-mavx512${part}`),
  '-mprefer-vector-width=512',
];

/** Products in bfloat16; a processor with AVX-512 but without these takes the copy for AVX2. */
const BFLOAT16 = '-mavx512bf16';

/**
 * What the kernels are compiled to, in the order of linking: of a function that several objects hold the linker keeps the first, which
 * must be one that runs on every processor. The numeric code once for each kind of processor
 * and of numbers.
 * @param {string} arch
 * @returns {readonly Unit[]}
 */
export function kernelUnits(arch) {
  const flags = [...COMMON, ...NUMERIC, ...(arch === 'x64' ? ['-DFERMENT_X86=1'] : [])];
  /** @type {(variant: string, ...more: string[]) => Unit[]} */
  const copies = (variant, ...more) => {
    const all = [...flags, `-DFERMENT_VARIANT=${variant}`, ...more];
    return [
      { name: variant, source: 'kernels.cc', flags: all },
      {
        name: `${variant}-bfloat16`,
        source: 'kernels.cc',
        flags: [...all, '-DFERMENT_BFLOAT16=1', ...(variant === 'v4' ? [BFLOAT16] : [])],
      },
    ];
  };
  const forAll = [{ name: 'addon', source: 'addon.cc', flags }, ...copies('generic')];
  if (arch !== 'x64') return forAll;
  return [...forAll, ...copies('v3', ...V3), ...copies('v4', ...V4)];
}
