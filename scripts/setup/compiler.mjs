import { join } from 'node:path';
import { addonFlags } from './addon-flags.mjs';
import { SetupError } from './error.mjs';
import { ccAndFramework, NATIVE_PACKAGE } from './link.mjs';
import { findProgram, runProgram } from './process.mjs';
import { COMPILER } from './programs.mjs';

/** @typedef {import('./types.ts').Context} Context */

/**
 * Compiles the native package's addon into the file `output`.
 * @param {Context} context
 * @param {string} output
 */
export async function compileAddon(context, output) {
  const native = join(context.root, NATIVE_PACKAGE);
  const includes = [
    join(native, 'binding'),
    join(native, 'deps', 'include'),
    join(context.root, 'node_modules', 'node-api-headers', 'include'),
  ];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(native, 'binding', name));
  const libraries = ccAndFramework(context.platform).map((name) => join(native, 'deps', 'lib', name));
  const command = [
    ...findCompiler(context.env),
    ...addonFlags(context.platform),
    ...includes.map((path) => `-I${path}`),
    ...sources,
    ...libraries,
    '-o',
    output,
  ];
  const result = await runProgram(command, { env: context.env });
  if (result.code !== 0) throw explain(result.output, command[0]);
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
 * @param {string | undefined} compiler
 */
function explain(output, compiler) {
  const detail = output.trim();
  if (/No space left on device/.test(detail))
    return new SetupError('the disk is full', 'free some space and run the command again', { detail });
  if (/xcode-select|xcrun: error|cannot execute 'cc1plus'/.test(detail)) {
    return new SetupError(`the C++ compiler ${compiler} is not complete`, COMPILER.install, { detail });
  }
  return new SetupError(
    `the C++ compiler ${compiler} could not build the TensorFlow addon`,
    `try another one (CXX=clang++), or ${COMPILER.install}`,
    { detail },
  );
}
