import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** `.name.PID.HEX.tmp`, as kit's writeFileAtomic and the store name a file that has no place yet. */
const TEMPORARY = /^\.(.*)\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** A file this young may be that of a process that cannot be seen from here (another container). */
const MIN_AGE_MS = 60_000;

/** Removes what writers left in one folder that were killed between writing a file and giving it its name. */
export function sweepOldTemporaries(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const path = join(folder, name);
    if (isOldTemporary(path)) rmSync(path, { force: true });
  }
}

/** True for a file without its place yet whose writer is gone, and that is too old to be another container's. */
export function isOldTemporary(path: string): boolean {
  const pid = pidIn(basename(path));
  if (pid === undefined || isRunning(pid)) return false;
  const age = Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  return age > MIN_AGE_MS;
}

/** Removes the same, everywhere where it can be, of a process that is known to have been killed. */
export function sweepTemporariesOf(
  pid: number,
  {
    root,
    state,
    rootFiles,
  }: {
    readonly root: string;
    readonly state: string;
    /** Names of files in the project's root that Ferment writes. Nothing else there is touched. */
    readonly rootFiles: readonly string[];
  },
): void {
  if (isRunning(pid)) return;
  const own = ['', 'bundles', 'index', 'journal', 'runs-log'].map((name) => join(state, name));
  const sharded = ['objects', 'runs'].flatMap((name) =>
    list(join(state, name)).map((shard) => join(state, name, shard)),
  );
  for (const folder of [...own, ...sharded])
    for (const name of list(folder)) if (pidIn(name) === pid) rmSync(join(folder, name), { force: true });
  for (const name of list(root))
    if (pidIn(name) === pid && rootFiles.includes(TEMPORARY.exec(name)?.[1] ?? ''))
      rmSync(join(root, name), { force: true });
}

function pidIn(name: string): number | undefined {
  const pid = name.endsWith('.tmp') ? TEMPORARY.exec(name)?.[2] : undefined;
  return pid === undefined ? undefined : Number(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
