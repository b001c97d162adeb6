import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  errnoOf,
  explainWriteError,
  isGone,
  isIdentity,
  ownIdentity,
  type ProcessIdentity,
  readTextIfAny,
  removeQuietly,
} from '../../../kit/index.ts';

/** A holder touches its lock so often, … */
const HEARTBEAT_MS = 5000;
/** … and one that nobody can ask (another machine) is gone when it was silent for so long. */
const SILENT_MS = 60_000;
const POLL_MS = 100;

/**
 * Takes a lock that is a file, waiting for its holder as long as that lives; gives the function that lets go. A holder
 * that was killed leaves its file behind: it is taken from it as soon as that process is seen to be gone. `onWait` is
 * called once, with words for the holder. Throws NO_SPACE or STORE_UNWRITABLE.
 */
export async function takeLock(path: string, onWait: (holder: string) => void): Promise<() => void> {
  const mine = JSON.stringify(ownIdentity());
  for (let told = false; !tryCreate(path, mine); ) {
    const text = readTextIfAny(path);
    if (text !== undefined && isLost(path, text)) breakLock(path, text);
    else if (text !== undefined && !told) {
      onWait(nameOf(parseHolder(text)));
      told = true;
    }
    await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS).unref();
  return () => {
    clearInterval(heartbeat);
    if (readTextIfAny(path) === mine) removeQuietly(path);
  };
}

function tryCreate(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    // On a full disk the file is there, and empty.
    removeQuietly(path);
    throw explainWriteError(error, path);
  }
}

/** True when the holder is seen to be gone, or, where nobody can ask, was silent for long. */
function isLost(path: string, text: string): boolean {
  const holder = parseHolder(text);
  if (holder !== undefined && isGone(holder)) return true;
  if (holder?.host === hostname()) return false;
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return touched !== undefined && Date.now() - touched > SILENT_MS;
}

/**
 * Removes a lock whose holder is gone. Only one at a time may, or the slower would remove what the faster just took.
 */
function breakLock(path: string, text: string): void {
  const guard = `${path}.break`;
  if (!tryCreate(guard, '')) {
    const made = statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > SILENT_MS) removeQuietly(guard);
    return;
  }
  if (readTextIfAny(path) === text) rmSync(path, { force: true });
  removeQuietly(guard);
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined; // it is being written
  }
}

function nameOf(holder: ProcessIdentity | undefined): string {
  if (holder === undefined) return 'another process';
  return `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`;
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // it was broken: nothing to keep alive
  }
}
