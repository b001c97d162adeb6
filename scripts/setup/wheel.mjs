import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SetupError } from './error.mjs';
import { findProgram, runProgram } from './process.mjs';
import { PYTHON } from './programs.mjs';
import { renderBytes } from './progress.mjs';

/** @typedef {import('./types.ts').Context} Context */
/** @typedef {import('./types.ts').Wheel} Wheel */

/**
 * Downloads one pinned wheel with pip, whose settings for mirrors, proxies and certificates thus hold here too, and checks its digest.
 * @param {Context} context
 * @param {Wheel} wheel
 * @param {string} folder an empty folder for the file
 * @returns {Promise<string>} the wheel's path
 */
export async function fetchWheel(context, wheel, folder) {
  const python = findPython(context.env);
  const scratch = join(folder, 'pip');
  mkdirSync(scratch, { recursive: true });
  const watch = setInterval(() => showDownload(context, wheel, folder), 500);
  const result = await runProgram([python, ...pipArguments(wheel, folder)], {
    cwd: folder,
    // pip keeps the growing file in TMPDIR: ours, to see it grow, and because /tmp may be small.
    env: { ...context.env, TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: '0', PYTHONWARNINGS: 'ignore' },
  }).finally(() => clearInterval(watch));
  if (result.code !== 0) throw explain(result.output, wheel);
  const name = readdirSync(folder).find((entry) => entry.endsWith('.whl'));
  if (!name) throw explain(result.output, wheel);
  await verifyWheel(join(folder, name), wheel);
  return join(folder, name);
}

/** @param {NodeJS.ProcessEnv} env */
function findPython(env) {
  const python = findProgram(PYTHON.names, env);
  if (!python)
    throw new SetupError('python3 is missing (its pip fetches the TensorFlow library)', PYTHON.install);
  return python;
}

/**
 * The wheel for CPython 3.11 whatever Python runs pip: of the wheel, only the C library is used.
 * @param {Wheel} wheel
 * @param {string} folder
 */
function pipArguments(wheel, folder) {
  const target = [
    '--implementation',
    'cp',
    '--python-version',
    '3.11',
    '--abi',
    'cp311',
    '--platform',
    wheel.platform,
  ];
  const quiet = ['--no-cache-dir', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
  const what = [
    '--no-deps',
    '--only-binary',
    ':all:',
    ...target,
    '-d',
    folder,
    `${wheel.name}==${wheel.version}`,
  ];
  return ['-m', 'pip', 'download', ...quiet, ...what];
}

/**
 * @param {Context} context
 * @param {Wheel} wheel
 * @param {string} folder
 */
function showDownload({ report }, wheel, folder) {
  const sizes = readdirSync(folder, { recursive: true }).map(
    (name) => statSync(join(folder, String(name)), { throwIfNoEntry: false })?.size ?? 0,
  );
  const done = Math.min(Math.max(0, ...sizes), wheel.bytes);
  const percent = Math.floor((100 * done) / wheel.bytes);
  report.live(
    `tensorflow: downloading ${wheel.name} ${wheel.version}, ${renderBytes(done)} of ${renderBytes(wheel.bytes)} (${percent} %)`,
  );
}

/**
 * Refuses a file that is not the pinned one to the bit.
 * @param {string} path
 * @param {Wheel} wheel
 */
async function verifyWheel(path, wheel) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const digest = hash.digest('hex');
  if (digest === wheel.sha256) return;
  const problem = `the downloaded ${wheel.name} ${wheel.version} is not the pinned file (SHA-256 expected ${wheel.sha256}, received ${digest})`;
  throw new SetupError(
    problem,
    'run the command again, and if it stays so, check the package index that pip is set to: python3 -m pip config list',
  );
}

/**
 * @param {string} output
 * @param {Wheel} wheel
 */
function explain(output, wheel) {
  const detail = output.trim();
  if (/No module named '?pip/.test(detail)) return new SetupError('python3 has no pip', PYTHON.install);
  if (/No space left on device|Errno 28/.test(detail))
    return new SetupError('the disk is full', 'free some space and run the command again', { detail });
  if (/connection|timed? ?out|proxy|ssl|name resolution|not known|unreachable/i.test(detail)) {
    return new SetupError(
      `pip cannot download ${wheel.name} ${wheel.version}`,
      'check the network (and `python3 -m pip config list`), then run the command again',
      { detail },
    );
  }
  return new SetupError(
    `pip found no ${wheel.name} ${wheel.version} for ${wheel.platform}`,
    'check the package index that pip is set to: python3 -m pip config list',
    { detail },
  );
}
