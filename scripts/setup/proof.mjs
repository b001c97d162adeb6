import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addon, addonBinary } from './addon.mjs';
import { binaryPaths } from './binary.mjs';
import { SetupError } from './error.mjs';
import { readIfThere, writeAtomically } from './files.mjs';
import { runProgram } from './process.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The proof that all of it works: TensorFlow loads and computes, once for each Node version. */
export const proof = { name: 'proof', isReady, run };

const CHILD = fileURLToPath(new URL('./proof-child.mjs', import.meta.url));

/**
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  return readIfThere(stampPath(context)) === addonBinary.key(context);
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  let result = await load(context);
  if (!result.version) {
    // The cached addon may come from another system that shares this home folder: build it here before giving up.
    rmSync(binaryPaths(context, addonBinary).cached, { force: true });
    await addon.run(context);
    result = await load(context);
  }
  if (!result.version) {
    throw new SetupError(
      'the TensorFlow library does not load',
      `remove ${context.cache} and run the command again`,
      { detail: result.output },
    );
  }
  writeAtomically(stampPath(context), addonBinary.key(context));
  return `TensorFlow ${result.version} loads and computes on Node ${process.versions.node}`;
}

/** @param {Context} context */
async function load(context) {
  // Without the second setting TensorFlow takes all the memory of a GPU that somebody else may be training on.
  const env = { ...context.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const { code, stdout, output } = await runProgram([process.execPath, CHILD, context.root], { env });
  const version = code === 0 ? /^TF_Version=(.+)$/m.exec(stdout)?.[1] : undefined;
  return { version, output: output.trim() };
}

/** @param {Context} context */
function stampPath({ root }) {
  return join(root, 'node_modules', '.ferment', `proof-${process.version}`);
}
