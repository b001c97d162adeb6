import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Outcome
 * @property {number} code the exit code; 127 when the program does not exist
 * @property {string} output stdout and stderr together, as they came
 * @property {string} stdout
 */

/**
 * Runs a program without a shell and collects what it says; never throws for a failing program.
 * @param {readonly string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onStart?: (pid: number | undefined) => void }} [options]
 * @returns {Promise<Outcome>}
 */
export async function runProgram([program = '', ...args], options = {}) {
  // Imported only now: loading it takes 5 ms, and a set-up with nothing to do runs nothing.
  const { spawn } = await import('node:child_process');
  return new Promise((resolve) => {
    const { onStart, ...rest } = options;
    const child = spawn(program, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
    onStart?.(child.pid);
    let output = '';
    let stdout = '';
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    /** @param {number} code */
    const finish = (code) => {
      process.off('exit', stop);
      resolve({ code, output, stdout });
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code, signal) => {
      if (signal) output += `\nkilled by ${signal}`;
      finish(code ?? 1);
    });
  });
}

/**
 * The full path of the first of `names` that is on the PATH, looked up without starting anything.
 * @param {readonly string[]} names
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function findProgram(names, env) {
  for (const name of names) {
    for (const folder of (env.PATH ?? '').split(delimiter)) {
      const path = folder === '' ? '' : join(folder, name);
      if (path !== '' && isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
