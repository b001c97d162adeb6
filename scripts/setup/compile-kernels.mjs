import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { linkFlags } from './addon-flags.mjs';
import { callCompiler, includesOf, librariesOf } from './compiler.mjs';
import { KERNEL_SOURCES, kernelUnits } from './kernel-flags.mjs';

/** @typedef {import('./types.ts').Context} Context */

const PRODUCT = 'the training kernels';

/** Compilers that run at once: each takes a core and some hundred megabytes. */
const AT_ONCE = 2;

/**
 * Compiles the engine's own operations into the file `output`.
 * @param {Context} context
 * @param {string} output
 */
export async function compileKernels(context, output) {
  const units = kernelUnits(context.arch);
  // By the output's name, which nobody else uses: the compilers of a set-up that was killed go on writing.
  const objects = units.map(({ name }) => `${output}.${name}.o`);
  const jobs = units.map((unit, index) => async () => {
    const source = join(context.root, KERNEL_SOURCES, unit.source);
    const args = [...unit.flags, ...includesOf(context), '-c', source, '-o', objects[index] ?? ''];
    await callCompiler(context, PRODUCT, args);
  });
  // The widest first: it takes twice as long as the others.
  await runJobs(jobs.reverse());
  const link = [...linkFlags(context.platform), '-pthread', ...objects, ...librariesOf(context)];
  await callCompiler(context, PRODUCT, [...link, '-o', output]);
  for (const object of objects) rmSync(object);
}

/**
 * Runs jobs, a few at a time. After a failure no other begins; it is thrown when those under way have ended, so that none of them writes
 * on after the lock is let go.
 * @param {readonly (() => Promise<void>)[]} jobs
 */
async function runJobs(jobs) {
  const waiting = [...jobs];
  /** @type {unknown[]} */
  const failures = [];
  const work = async () => {
    for (let job = waiting.shift(); job && failures.length === 0; job = waiting.shift()) {
      await job().catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
}
