import { join } from 'node:path';
import { addonFlags } from './addon-flags.mjs';
import { SetupError } from './error.mjs';
import { ccAndFramework } from './link.mjs';
import { nativePackage, packageFolder } from './package-folder.mjs';
import { findProgram, runProgram } from './process.mjs';
import { COMPILER } from './programs.mjs';

/** @typedef {import('./types.ts').Context} Context */

/**
 * Compiles the native package's addon into the file `output`.
 * @param {Context} context
 * @param {string} output
 */
export async function compileAddon(context, output) {
  const binding = join(nativePackage(context), 'binding');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, name));
  const flags = [...addonFlags(context.platform), `-I${binding}`, ...includesOf(context)];
  await callCompiler(context, 'the TensorFlow addon', [
    ...flags,
    ...sources,
    ...librariesOf(context),
    '-o',
    output,
  ]);
}

/**
 * Where the headers of TensorFlow and of Node-API lie.
 * @param {Context} context
 * @returns {readonly string[]}
 */
export function includesOf(context) {
  const folders = [
    join(nativePackage(context), 'deps', 'include'),
    join(packageFolder(context, 'node-api-headers'), 'include'),
  ];
  return folders.map((path) => `-I${path}`);
}

/**
 * TensorFlow's shared libraries.
 * @param {Context} context
 * @returns {readonly string[]}
 */
export function librariesOf(context) {
  const folder = join(nativePackage(context), 'deps', 'lib');
  return ccAndFramework(context.platform).map((name) => join(folder, name));
}

/**
 * Runs the C++ compiler; throws a sentence with its words when it fails.
 * @param {Context} context
 * @param {string} product what is being built, for that sentence
 * @param {readonly string[]} args
 */
export async function callCompiler({ env }, product, args) {
  const compiler = findCompiler(env);
  const result = await runProgram([...compiler, ...args], { env });
  if (result.code !== 0) throw explain(result.output, compiler[0], product);
}

/**
 * `$CXX`, which may carry arguments (`ccache g++`), or the first usual compiler on the PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
function findCompiler(env) {
  const [wish, ...args] = (env.CXX ?? '').split(/\s+/).filter(Boolean);
  if (wish) {
    const program = wish.includes('/') ? wish : findProgram([wish], env);
    if (program) return [program, ...args];
    throw new SetupError(
      `the C++ compiler that CXX names is not on the PATH; received "${wish}"`,
      `unset CXX, or ${COMPILER.install}`,
    );
  }
  const program = findProgram(COMPILER.names, env);
  if (!program)
    throw new SetupError('there is no C++ compiler (it builds the TensorFlow addon once)', COMPILER.install);
  return [program];
}

/**
 * @param {string} output
 * @param {string} compiler
 * @param {string} product
 */
function explain(output, compiler, product) {
  const detail = output.trim();
  if (/No space left on device/.test(detail))
    return new SetupError('the disk is full', 'free some space and run the command again', { detail });
  if (/xcode-select|xcrun: error|cannot execute 'cc1plus'/.test(detail)) {
    return new SetupError(`the C++ compiler ${compiler} is not complete`, COMPILER.install, { detail });
  }
  return new SetupError(
    `the C++ compiler ${compiler} could not build ${product}`,
    `try another one (CXX=clang++), or ${COMPILER.install}`,
    { detail },
  );
}
