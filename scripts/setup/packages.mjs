import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutFile } from './context.mjs';
import { SetupError } from './error.mjs';
import { readIfThere, readJsonIfWhole, writeAtomically } from './files.mjs';
import { isInstalled } from './package-folder.mjs';
import { findProgram, runProgram } from './process.mjs';

/** @typedef {import('./types.ts').Context} Context */

/** The npm packages: `node_modules` as `package-lock.json` says. An installed Ferment has none of its own. */
export const packages = { name: 'packages', isReady, run };

/** On a full disk npm warns of each file that it could not write, and ends with exit code 0. */
const TORN = /TAR_ENTRY_ERROR (ENOSPC|EDQUOT)/;

/**
 * @param {Context} context
 * @returns {boolean}
 */
function isReady(context) {
  if (isInstalled(context)) return true;
  const stamp = readIfThere(stampPath(context));
  return stamp !== undefined && stamp === digestOfLock(context);
}

/**
 * @param {Context} context
 * @returns {Promise<string>}
 */
async function run(context) {
  const digest = digestOfLock(context);
  if (matchesInstalled(context)) {
    writeAtomically(stampPath(context), digest);
    return 'node_modules already matches package-lock.json';
  }
  // From here until the new stamp, nobody may take a half-installed node_modules for good.
  rmSync(stampPath(context), { force: true });
  const { endOrphan, recordChild } = await import('./orphan.mjs');
  const record = checkoutFile(context, 'npm');
  await endOrphan(record);
  context.report.live('packages: npm ci …');
  const result = await runProgram([...npmCommand(context.env), 'ci', '--ignore-scripts', '--loglevel=warn'], {
    cwd: context.root,
    env: context.env,
    onStart: (pid) => recordChild(record, pid),
  });
  rmSync(record, { force: true });
  if (result.code !== 0 || TORN.test(result.output)) throw explain(result.output);
  writeAtomically(stampPath(context), digest);
  return 'npm packages installed';
}

/** @param {Context} context */
function stampPath({ root }) {
  return join(root, 'node_modules', '.ferment', 'packages');
}

/** @param {Context} context */
function digestOfLock({ root }) {
  const text = readIfThere(join(root, 'package-lock.json'));
  if (text === undefined)
    throw new SetupError('package-lock.json is missing', 'git checkout package-lock.json');
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Whether npm itself has already installed what the lock names (someone ran `npm install`): npm leaves its own record of that behind,
 * in which only packages for other platforms may be missing. What somebody installed beside them (`npm run webgpu`)
 * may be there; within one of ours it would take the place of what the lock means.
 * @param {Context} context
 */
function matchesInstalled({ root }) {
  const installed = readJsonIfWhole(join(root, 'node_modules', '.package-lock.json'))?.packages;
  const wanted = readJsonIfWhole(join(root, 'package-lock.json'))?.packages;
  if (!installed || !wanted) return false;
  const names = new Set([...Object.keys(wanted), ...Object.keys(installed)]);
  names.delete('');
  return [...names].every((name) => {
    const [want, have] = [wanted[name], installed[name]];
    const parent = name.lastIndexOf('/node_modules/');
    if (!want) return parent < 0 || !wanted[name.slice(0, parent)];
    if (!have) return want.optional === true;
    const isSame = want?.version === have.version && want?.integrity === have.integrity;
    return isSame && existsSync(join(root, name, 'package.json'));
  });
}

/**
 * The npm that started us, or else the one on the PATH.
 * @param {NodeJS.ProcessEnv} env
 */
function npmCommand(env) {
  const running = env.npm_execpath;
  if (running && /npm-cli\.[cm]?js$/.test(running)) return [process.execPath, running];
  const npm = findProgram(['npm'], env);
  if (!npm)
    throw new SetupError(
      'npm is not on the PATH',
      'install it with Node (nvm install 22, or the nodejs and npm packages of your system)',
    );
  return [npm];
}

/** @param {string} output */
function explain(output) {
  const detail = output.trim();
  if (/ENOSPC|EDQUOT/.test(detail))
    return new SetupError('the disk is full', 'free 1 GB and run the command again', { detail });
  if (/code EUSAGE/.test(detail)) {
    return new SetupError('package.json and package-lock.json do not agree', 'npm install --ignore-scripts', {
      detail,
    });
  }
  if (/ENOTCACHED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|network/i.test(detail)) {
    return new SetupError(
      'npm cannot reach its registry',
      'check the network (and `npm config get registry proxy`), then run the command again',
      { detail },
    );
  }
  return new SetupError('npm ci failed', 'npm ci --ignore-scripts shows its whole output', { detail });
}
