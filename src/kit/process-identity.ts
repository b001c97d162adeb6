import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process, of all that ever had this number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; a pid that was given out again has another. */
  readonly started: string;
  readonly host: string;
  /** The boot and the pid name space in which the number counts. */
  readonly boot: string;
}

let own: ProcessIdentity | undefined;

/** This process. */
export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, started: startOf(process.pid) ?? '', host: hostname(), boot: bootId() };
  return own;
}

/** True for the identity of this process. */
export function isOwn({ pid, started, boot }: ProcessIdentity): boolean {
  const here = ownIdentity();
  return pid === here.pid && started === here.started && boot === here.boot;
}

/** The identity of a process of this machine, or undefined when it is gone. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { ...ownIdentity(), pid, started };
}

/**
 * True when the process is provably gone. A process of another machine cannot be seen from here and counts as alive,
 * unless this machine was booted again since.
 */
export function isGone(identity: ProcessIdentity): boolean {
  const here = ownIdentity();
  // A machine may get another name while it runs.
  const isSameBoot = identity.boot === here.boot && here.boot !== '';
  if (!isSameBoot && identity.host !== here.host) return false;
  if (identity.boot !== here.boot) return true;
  return startOf(identity.pid) !== identity.started;
}

/** True for a value of unknown origin with the shape of an identity. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, started, host, boot } = value as Record<string, unknown>;
  return Number.isSafeInteger(pid) && [started, host, boot].every((text) => typeof text === 'string');
}

/** The words of `/proc/<pid>/stat` after the name, which may hold blanks and brackets itself. */
export function statWords(pid: number | string): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  const words = statWords(pid);
  // A zombie has ended; its parent just did not ask yet.
  return words === undefined || words[0] === 'Z' || words[0] === 'X' ? undefined : words[19];
}

function startByPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return text.trim() === '' ? undefined : text.trim();
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}
