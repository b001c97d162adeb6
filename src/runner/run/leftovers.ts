import { readdirSync, readFileSync } from 'node:fs';
import { isGone, statWords } from '../../kit/index.ts';
import type { Journal } from './journal.ts';

/**
 * Kills what a run that was killed left running, if it is provably that run's: processes that carry its stage file in
 * their environment, and the group of its leader while that leader lives. Returns how many processes were killed.
 */
export function killLeftovers(journal: Journal): number {
  const pids = new Set(journal.stageFile === null ? [] : killProcessesWith(journal.stageFile));
  const { leader } = journal;
  if (leader !== null && leader.host !== '' && !isGone(leader)) {
    // A group keeps its number while its leader lives, so this is still the group that was started.
    killQuietly(-leader.pid);
    pids.add(leader.pid);
  }
  return pids.size;
}

/** Kills all processes that were started with this stage file, whatever group they are in now. Returns their numbers. */
export function killProcessesWith(stageFile: string): readonly number[] {
  const pids = processesWith(stageFile);
  for (const pid of pids) killQuietly(pid);
  return pids;
}

/** Processes of this user whose environment has FERMENT_STAGE_FILE with this value. Linux only: elsewhere none. */
function processesWith(stageFile: string): number[] {
  const mark = `FERMENT_STAGE_FILE=${stageFile}`;
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && hasInEnvironment(name, mark))
    .map(Number);
}

function hasInEnvironment(pid: string, mark: string): boolean {
  try {
    if (statWords(pid)?.[0] === 'Z') return false;
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
  } catch {
    // Another user's process, or gone.
    return false;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
