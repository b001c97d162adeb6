import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error.mjs';
import { makeFolder, readIfThere } from './files.mjs';
import { processStart } from './identity.mjs';

/*
 * Two set-ups at once would be harmless without this lock, because every step writes to a temporary name and renames: the loser of a
 * race overwrites a good file with an equally good one. The lock is there so that the second does not download 274 MB again while the
 * first is at it. So it may be simple: a file made with O_EXCL that names its holder, touched every few seconds, and broken when the
 * holder is gone.
 */

const POLL_MS = 200;
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 60_000;

/**
 * Takes a lock, waiting for its holder as long as it lives; returns the function that lets go.
 * @param {string} path
 * @param {(holder: string) => void} onWait called once, when someone else holds it
 * @returns {Promise<() => void>}
 */
export async function takeLock(path, onWait) {
  makeFolder(dirname(path));
  const mine = JSON.stringify({ pid: process.pid, started: processStart(process.pid), host: hostname() });
  for (let told = false; !tryCreate(path, mine); ) {
    const holder = readHolder(path);
    if (holder?.gone) breakLock(path, holder.text);
    else if (holder && !told) {
      onWait(holder.name);
      told = true;
    }
    await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS).unref();
  const release = () => {
    clearInterval(heartbeat);
    process.off('exit', release);
    if (readIfThere(path) === mine) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return release;
}

/**
 * @param {string} path
 * @param {string} text
 */
function tryCreate(path, text) {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Who holds the lock and whether that process is gone; `undefined` when the lock has just been let go.
 * @param {string} path
 */
function readHolder(path) {
  const text = readIfThere(path);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (text === undefined || !stat) return undefined;
  const silent = Date.now() - stat.mtimeMs > SILENT_MS;
  const holder = parseHolder(text);
  if (!holder) return { text, name: 'another process', gone: silent };
  // A process id says nothing on another machine (a shared home folder): there only the heartbeat counts.
  const gone = holder.host === hostname() ? processStart(holder.pid) !== holder.started : silent;
  return {
    text,
    name: `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`,
    gone,
  };
}

/**
 * @param {string} text
 * @returns {{ pid: number, started: string, host: string } | undefined}
 */
function parseHolder(text) {
  try {
    const value = JSON.parse(text);
    return Number.isInteger(value?.pid) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Removes a dead holder's lock. Only one breaker at a time, or the slower one would remove the lock that the faster one just took.
 * @param {string} path
 * @param {string} text the dead holder's lock as it was read
 */
function breakLock(path, text) {
  const guard = `${path}.break`;
  if (!tryCreate(guard, '')) {
    const stat = statSync(guard, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > SILENT_MS) rmSync(guard, { force: true });
    return;
  }
  if (readIfThere(path) === text) rmSync(path, { force: true });
  rmSync(guard, { force: true });
}

/** @param {string} path */
function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The lock was broken: nothing to keep alive.
  }
}
