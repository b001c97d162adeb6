// Installs the DVC that the differential tests compare with into node_modules/.cache/dvc-venv, with pip and its
// settings. Nothing needs it but these tests: where it cannot be had they are skipped, so this never fails.
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findProgram, runProgram } from './setup/process.mjs';
import { PYTHON } from './setup/programs.mjs';

const VERSION = '3.67.1';
const TIME_LIMIT_MS = 4 * 60_000;

// Programs in a virtual environment name its place: it must be the real one, not one through a link.
const cache = resolve(import.meta.dirname, '../node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = join(realpathSync(cache), 'dvc-venv');
const mark = join(folder, 'installed-version');

if (process.env.FERMENT_DVC) console.log(`dvc: FERMENT_DVC names one: ${process.env.FERMENT_DVC}`);
else if (findProgram(['dvc'], process.env)) console.log('dvc: there is one on the PATH');
else if (installedVersion() === VERSION) console.log(`dvc: ${VERSION} is there`);
else console.log(`dvc: ${await install()}`);

/** Undefined also where the folder came from another place: the programs in it know where they were installed. */
function installedVersion() {
  try {
    const [version, place] = readFileSync(mark, 'utf8').split('\n');
    return place === folder ? version : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<string>} what came of it, in words */
async function install() {
  const python = findProgram(PYTHON.names, process.env);
  if (python === undefined) return 'not installed, because python3 is missing; its tests are skipped';
  const started = Date.now();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pip = [join(folder, 'bin/python'), '-m', 'pip', 'install', '--no-input', '--progress-bar', 'off'];
  // Without --no-compile half of the time goes into byte code that is never used.
  const commands = [
    [python, '-m', 'venv', folder],
    [...pip, '--retries', '1', '--no-compile', `dvc==${VERSION}`],
  ];
  for (const command of commands) {
    const { code, output } = await runLimited(command);
    if (code === 0) continue;
    rmSync(folder, { recursive: true, force: true });
    const last = output.trim().split('\n').slice(-3).join('\n');
    return `not installed, because this failed: ${command.join(' ')}\n${last}\nIts tests are skipped.`;
  }
  writeFileSync(mark, `${VERSION}\n${folder}`);
  return `${VERSION} installed in ${Math.round((Date.now() - started) / 1000)} s`;
}

/** @param {readonly string[]} command */
async function runLimited(command) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const result = await runProgram(command, {
    env: { ...process.env, PIP_REQUIRE_VIRTUALENV: '0' },
    onStart: (pid) => {
      timer = setTimeout(() => pid !== undefined && process.kill(pid), TIME_LIMIT_MS);
    },
  });
  clearTimeout(timer);
  return result;
}
