import type { Measured } from './bench.ts';
import { median } from './statistics.ts';

/** Works again and again for `seconds`, three times at least: the median wall time of one piece of work, and the mean of CPU. */
export function measureFor(seconds: number, work: () => void): Pick<Measured, 'wallSeconds' | 'cpuSeconds'> {
  const walls: number[] = [];
  const before = process.cpuUsage();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || walls.length < 3) {
    const start = performance.now();
    work();
    walls.push((performance.now() - start) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  return { wallSeconds: median(walls), cpuSeconds: (user + system) / 1e6 / walls.length };
}
