import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Context, Pins, Wheel } from '../../../scripts/setup/types.ts';

const DRIVER = fileURLToPath(new URL('./run-setup.mjs', import.meta.url));

/** A sandbox checkout with its own cache folder and its own PATH of scripted programs. */
export interface Sandbox {
  readonly root: string;
  readonly cache: string;
  readonly bin: string;
  readonly context: Partial<Context>;
}

/** Makes a sandbox that goes when the test ends. Its PATH holds only what the test puts into `bin`. */
export function createSandbox(changes: Partial<Context> = {}): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'ferment-setup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [root, cache, bin] = ['checkout', 'cache', 'bin'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [root, bin]) mkdirSync(path);
  const env = { PATH: bin, HOME: folder };
  const context = { root, cache, env, platform: 'linux', arch: 'x64', ...changes };
  return { root, cache, bin, context };
}

/** Writes files by relative name. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

/** Puts a program made of a few lines of JavaScript on the sandbox's PATH; `args` is what it was called with. */
export function addProgram({ bin }: Sandbox, name: string, body: string): void {
  const head = `#!${process.execPath}\nconst fs = require('node:fs');\nconst args = process.argv.slice(2);\n`;
  writeFileSync(join(bin, name), head + body);
  chmodSync(join(bin, name), 0o755);
}

/** What a set-up process printed and how it ended. */
export interface Result {
  readonly code: number;
  readonly output: string;
}

/** Runs steps of set-up in a process of its own and waits for its end; times and the sandbox's path are masked. */
export function runSetup({ context, root }: Sandbox, ...steps: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const argv = [DRIVER, JSON.stringify(context), ...steps];
    execFile(process.execPath, argv, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ code, output: mask(stdout + stderr, dirname(root)) });
    });
  });
}

/** Starts steps of set-up, waits until `path` exists, and kills the process the hard way. */
export async function killSetupOnce(
  path: string,
  { context }: Sandbox,
  ...steps: readonly string[]
): Promise<void> {
  const child = spawn(process.execPath, [DRIVER, JSON.stringify(context), ...steps], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waitFor(path);
  child.kill('SIGKILL');
  await ended;
}

/** Waits until a file is there. */
export async function waitFor(path: string): Promise<void> {
  while (!existsSync(path)) await sleep(20);
}

function mask(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<tmp>')
    .replaceAll(/\((\d+ min )?[\d.]+ s\)/g, '(<time>)')
    .replaceAll(/process \d+/g, 'process <pid>');
}

/** Pins for one small wheel, as `wheels.json` has them for the real ones. */
export function pinsFor(wheel: Buffer, changes: Partial<Wheel> = {}, diskBytes = 1): Pins {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const pin = {
    name: 'tensorflow-cpu',
    version: '2.21.0',
    platform: 'manylinux_2_27_x86_64',
    sha256,
    bytes: wheel.length,
  };
  const build = { diskBytes, wheels: [{ ...pin, ...changes }] } as const;
  return { version: '2.21.0', builds: { 'linux-x64-cpu': build } };
}
