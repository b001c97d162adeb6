// Installs what the device WebGPU needs, beside the packages of the lock file: Dawn for Node and TensorFlow.js' back
// end, 54 MB to download. Nothing else needs them, so that neither set-up nor the lock file knows them. Run it again
// after an update: npm ci makes node_modules anew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './setup/process.mjs';

/** The back end's version is that of TensorFlow.js in package.json. */
const PACKAGES = { webgpu: '0.6.2', '@tensorflow/tfjs-backend-webgpu': '4.22.0' };
const root = join(import.meta.dirname, '..');

process.exitCode = await main();

async function main() {
  const missing = Object.entries(PACKAGES).filter(([name, version]) => installedVersion(name) !== version);
  if (missing.length > 0 && !(await install(missing.map(([name, version]) => `${name}@${version}`))))
    return 1;
  console.log(`webgpu: ${PACKAGES.webgpu} is there; ${await adapterInWords()}`);
  return 0;
}

/** @param {string} name */
function installedVersion(name) {
  try {
    const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
    return JSON.parse(text).version;
  } catch {
    return undefined;
  }
}

/** @param {readonly string[]} packages */
async function install(packages) {
  const command = ['npm', 'install', '--no-save', '--no-audit', '--no-fund', ...packages];
  const { code, output } = await runProgram(command, { cwd: root });
  if (code === 0) return true;
  console.error(
    `webgpu: not installed, because this failed: ${command.join(' ')}\n${output.trim().split('\n').slice(-3).join('\n')}`,
  );
  return false;
}

async function adapterInWords() {
  try {
    // Not a literal: the type check runs without the package.
    const name = Object.keys(PACKAGES)[0] ?? '';
    const { create } = await import(name);
    const adapter = await create([]).requestAdapter();
    if (adapter === null) return 'no adapter is found: docs/devices.md says which driver is missing';
    return `the adapter is ${adapter.info.description || adapter.info.device}`;
  } catch (error) {
    return `it does not load: ${error instanceof Error ? error.message : error}`;
  }
}
