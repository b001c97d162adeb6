import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonBinary } from './addon.mjs';
import { binaryPaths, binaryStep } from './binary.mjs';
import { SetupError } from './error.mjs';
import { readIfThere, writeAtomically } from './files.mjs';
import { kernelsBinary } from './kernels.mjs';
import { runProgram } from './process.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The proof that all of it works: TensorFlow loads and computes, once for each Node version and whatever was compiled. */
export const proof = { name: 'proof', isReady, run };

const BINARIES = [addonBinary, kernelsBinary];

const CHILD = fileURLToPath(new URL('./proof-child.mjs', import.meta.url));

/**
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  return readIfThere(stampPath(context)) === keysOf(context);
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  let result = await load(context);
  if (!result.version) {
    // What the cache holds may come from another system that shares this home folder: build it here before giving up.
    for (const binary of BINARIES) {
      rmSync(binaryPaths(context, binary).cached, { force: true });
      await binaryStep(binary).run(context);
    }
    result = await load(context);
  }
  if (!result.version) {
    throw new SetupError(
      'the TensorFlow library does not load',
      `remove ${context.cache} and run the command again`,
      { detail: result.output },
    );
  }
  writeAtomically(stampPath(context), keysOf(context));
  return `TensorFlow ${result.version} loads and computes on Node ${process.versions.node}`;
}

/** @param {Context} context */
async function load(context) {
  // Without the second setting TensorFlow takes all the memory of a GPU that somebody else may be training on.
  const env = { ...context.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const { path } = binaryPaths(context, kernelsBinary);
  const { code, stdout, output } = await runProgram([process.execPath, CHILD, context.root, path], { env });
  const version = code === 0 ? /^TF_Version=(.+)$/m.exec(stdout)?.[1] : undefined;
  return { version, output: output.trim() };
}

/** @param {Context} context */
function keysOf(context) {
  return BINARIES.map((binary) => binary.key(context)).join(' ');
}

/** @param {Context} context */
function stampPath({ root }) {
  return join(root, 'node_modules', '.ferment', `proof-${process.version}`);
}
