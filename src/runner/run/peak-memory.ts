import { readFileSync } from 'node:fs';

const MEMORY_INTERVAL_MS = 500;

/**
 * The largest resident memory so far of a process or of one of its children, in bytes, from /proc; undefined when it
 * is gone or on other systems.
 */
function peakMemoryOf(pid: number): number | undefined {
  const own = peakOf(pid);
  const children = childrenOf(pid).map(peakMemoryOf);
  const all = [own, ...children].filter((bytes) => bytes !== undefined);
  return all.length === 0 ? undefined : Math.max(...all);
}

function peakOf(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function childrenOf(pid: number): number[] {
  return readOrEmpty(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Looks at the memory now and then; the returned function stops it and says the peak. */
export function watchMemory(pid: number): () => number | undefined {
  let peak: number | undefined;
  const look = (): void => {
    const now = peakMemoryOf(pid);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  const timer = setInterval(look, MEMORY_INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return peak;
  };
}
