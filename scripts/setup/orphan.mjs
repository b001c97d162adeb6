import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error.mjs';
import { readJsonIfWhole, writeAtomically } from './files.mjs';
import { processStart } from './identity.mjs';

/*
 * A set-up that is killed outright cannot take its child along, and an orphaned npm would go on writing into the node_modules that the
 * next set-up is filling. So the child is written down while it runs, and the next holder of the checkout's lock ends it first.
 */

/**
 * Writes down a running child.
 * @param {string} path
 * @param {number | undefined} pid
 */
export function recordChild(path, pid) {
  if (pid !== undefined) writeAtomically(path, JSON.stringify({ pid, started: processStart(pid) }));
}

/**
 * Ends the child that was written down, if that very process still runs, and waits until it is gone.
 * @param {string} path
 */
export async function endOrphan(path) {
  const { pid = 0, started = '' } = readJsonIfWhole(path) ?? {};
  const isOurs = () => started !== '' && processStart(pid) === started;
  while (isOurs()) {
    kill(pid);
    await sleep(50);
  }
  rmSync(path, { force: true });
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself just now.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
