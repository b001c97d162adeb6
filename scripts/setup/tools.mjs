import { SetupError } from './error.mjs';
import { findProgram, runProgram } from './process.mjs';
import { COMPILER, PYTHON } from './programs.mjs';
import { tensorflow } from './tensorflow.mjs';

/** @typedef {import('./types.ts').Context} Context */

const INSTALL_BOTH =
  'install them with apt-get install python3 python3-pip g++ (Debian, Ubuntu), dnf install python3-pip gcc-c++ (Fedora), or brew install python and xcode-select --install (macOS)';

/** Nothing to make: on a fresh machine, says at once which programs are missing, not one after the other and after minutes of work. */
export const tools = { name: 'tools', alone: false, isReady: tensorflow.isReady, run };

/**
 * @param {Context} context
 * @returns {Promise<string>} nothing to say
 */
async function run({ env }) {
  const python = findProgram(PYTHON.names, env);
  const hasPip =
    python !== undefined && (await runProgram([python, '-m', 'pip', '--version'], { env })).code === 0;
  const hasCompiler = Boolean(env.CXX) || findProgram(COMPILER.names, env) !== undefined;
  const noPython = python === undefined ? 'python3 is missing' : 'python3 has no pip';
  if (!hasPip && !hasCompiler)
    throw new SetupError(`${noPython}, and there is no C++ compiler`, INSTALL_BOTH);
  if (!hasPip) throw new SetupError(`${noPython} (pip fetches the TensorFlow library)`, PYTHON.install);
  if (!hasCompiler)
    throw new SetupError('there is no C++ compiler (it builds the TensorFlow addon once)', COMPILER.install);
  return '';
}
