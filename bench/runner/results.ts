import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from './sitting.ts';
import type { FoundTool } from './tools.ts';

/** What was measured on one machine with one set of versions; nothing of another one may be compared with it. */
export interface Results {
  readonly machine: Machine;
  /** Tool to version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly benches: readonly BenchResult[];
}

interface Machine {
  readonly cores: number;
  readonly cpu: string;
  /** The widest vectors that the processor has, where that can be read. */
  readonly vectors?: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

export const RESULTS_FILE = fileURLToPath(new URL('../results.json', import.meta.url));

export function thisMachine(): Machine {
  const all = cpus();
  const vectors = widestVectors();
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? 'unknown',
    ...(vectors === undefined ? {} : { vectors }),
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

/** Two processors of one name may differ by a factor of two in what they compute. */
function widestVectors(): string | undefined {
  const file = '/proc/cpuinfo';
  const flags = existsSync(file) ? (/^flags\s*:(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '') : '';
  if (/\bavx512f\b/.test(flags)) return 'AVX-512';
  return /\bavx2\b/.test(flags) ? 'AVX2' : undefined;
}

/** All that was measured, by machine. */
export function readResults(): readonly Results[] {
  return existsSync(RESULTS_FILE) ? (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as Results[]) : [];
}

/**
 * Lays new results over those that are there: a bench is replaced as a whole, wherever it was measured. What another
 * machine measured, or other versions of the tools, stays apart. A tool that is not there any more keeps its results.
 */
export function mergeResults(
  before: readonly Results[],
  fresh: Results,
  order: readonly string[],
): readonly Results[] {
  const replaced = new Set(fresh.benches.map(({ id }) => id));
  const kept = before.map((one) => ({
    ...one,
    benches: one.benches.filter(({ id }) => !replaced.has(id) && order.includes(id)),
  }));
  const same = kept.find((one) => belongTogether(one, fresh));
  const merged = {
    ...fresh,
    versions: { ...same?.versions, ...fresh.versions },
    benches: [...(same?.benches ?? []), ...fresh.benches].sort(
      (a, b) => order.indexOf(a.id) - order.indexOf(b.id),
    ),
  };
  const first = ({ benches }: Results): number => order.indexOf(benches[0]?.id ?? '');
  return [...kept.filter((one) => one !== same && one.benches.length > 0), merged].sort(
    (a, b) => first(a) - first(b),
  );
}

function belongTogether(one: Results, other: Results): boolean {
  const sameVersions = Object.entries(other.versions).every(
    ([tool, version]) => (one.versions[tool] ?? version) === version,
  );
  return sameVersions && JSON.stringify(one.machine) === JSON.stringify(other.machine);
}

export function writeResults(results: readonly Results[]): void {
  writeFileSync(RESULTS_FILE, `${JSON.stringify(results, undefined, 1)}\n`);
}

export function versionsOf(tools: readonly FoundTool[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tools.map(({ name, version }) => [name, version]));
}
