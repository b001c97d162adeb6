import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * When a process began, in the kernel's own words (tells a process from a later one with the same id); '' when it does not run.
 * @param {number} pid
 * @returns {string}
 */
export function processStart(pid) {
  if (!existsSync('/proc/self/stat')) return askPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The fields after the program's name, which may hold blanks and brackets: the third is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/**
 * The same where there is no /proc (macOS).
 * @param {number} pid
 */
function askPs(pid) {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}
