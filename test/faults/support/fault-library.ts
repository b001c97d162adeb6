import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../support/project.ts';

/**
 * The library that is preloaded into a command to let its n-th change of a file be its last, or fail. Compiled once;
 * undefined where there is no compiler or the system knows no LD_PRELOAD.
 */
export function faultLibrary(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const source = join(import.meta.dirname, 'fault.c');
  const folder = join(repository, 'node_modules/.cache/ferment-test');
  const library = join(folder, 'fault.so');
  if (existsSync(library) && statSync(library).mtimeMs > statSync(source).mtimeMs) return library;
  mkdirSync(folder, { recursive: true });
  const temporary = `${library}.${process.pid}`;
  try {
    execFileSync('cc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', temporary, source, '-ldl'], {
      stdio: 'pipe',
    });
    renameSync(temporary, library);
    return library;
  } catch {
    return undefined;
  } finally {
    rmSync(temporary, { force: true });
  }
}
