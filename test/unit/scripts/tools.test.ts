import { expect, test } from 'vitest';
import { addProgram, createSandbox, runSetup, type Sandbox } from './support.ts';

/** A fresh machine that has the named programs. */
function createMachine(...programs: readonly string[]): Sandbox {
  const sandbox = createSandbox();
  for (const name of programs) addProgram(sandbox, name, '');
  return sandbox;
}

async function complaintOf(sandbox: Sandbox): Promise<string> {
  const { code, output } = await runSetup(sandbox, 'tools', 'packages');
  expect(code).toBe(1);
  return output;
}

test('a fresh machine that has what is needed is told nothing', async () => {
  expect(await runSetup(createMachine('python3', 'g++'), 'tools')).toEqual({ code: 0, output: '' });
});

test('everything that is missing is named at once, before anything is installed', async () => {
  expect(await complaintOf(createMachine('npm'))).toMatchInlineSnapshot(`
    "setup: python3 is missing, and there is no C++ compiler: install them with apt-get install python3 python3-pip g++ (Debian, Ubuntu), dnf install python3-pip gcc-c++ (Fedora), or brew install python and xcode-select --install (macOS)
    "
  `);
});

test('a missing compiler alone is named', async () => {
  expect(await complaintOf(createMachine('python3'))).toMatchInlineSnapshot(`
    "setup: there is no C++ compiler (it builds the TensorFlow addon once): install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)
    "
  `);
});

test('a missing Python alone is named', async () => {
  expect(await complaintOf(createMachine('c++'))).toMatchInlineSnapshot(`
    "setup: python3 is missing (pip fetches the TensorFlow library): install it with apt-get install python3 python3-pip (Debian, Ubuntu), dnf install python3-pip (Fedora) or brew install python (macOS)
    "
  `);
});

test('a Python without pip is named', async () => {
  const sandbox = createMachine('c++');
  addProgram(sandbox, 'python3', 'process.exit(1);');
  expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
    "setup: python3 has no pip (pip fetches the TensorFlow library): install it with apt-get install python3 python3-pip (Debian, Ubuntu), dnf install python3-pip (Fedora) or brew install python (macOS)
    "
  `);
});

test('a machine that cannot run TensorFlow is told so first', async () => {
  const sandbox = createSandbox({ platform: 'win32' });
  expect(await complaintOf(sandbox)).toMatchInlineSnapshot(`
    "setup: there is no TensorFlow 2.21.0 (cpu) for win32 x64: run Ferment on one of linux x64, linux arm64, darwin arm64; on Windows, use WSL 2
    "
  `);
});
