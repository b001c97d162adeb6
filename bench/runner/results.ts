import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from './sitting.ts';
import type { FoundTool } from './tools.ts';

/** What was measured, where, and with what; the page is made from it. */
export interface Results {
  readonly machine: Machine;
  /** Tool to version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly benches: readonly BenchResult[];
}

interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

export const RESULTS_FILE = fileURLToPath(new URL('../results.json', import.meta.url));

export function thisMachine(): Machine {
  const all = cpus();
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

export function readResults(): Results | undefined {
  return existsSync(RESULTS_FILE) ? (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as Results) : undefined;
}

/**
 * Lays new results over those that are there: a bench is replaced as a whole. Results of another machine, or with
 * another version of a tool, are dropped, since nothing may be compared with them. A tool that is not there any more
 * keeps its results.
 */
export function mergeResults(before: Results | undefined, fresh: Results, order: readonly string[]): Results {
  const isSame =
    before !== undefined &&
    JSON.stringify(before.machine) === JSON.stringify(fresh.machine) &&
    Object.entries(fresh.versions).every(([tool, version]) => (before.versions[tool] ?? version) === version);
  const replaced = new Set(fresh.benches.map(({ id }) => id));
  const kept = isSame ? before.benches.filter(({ id }) => !replaced.has(id) && order.includes(id)) : [];
  const benches = [...kept, ...fresh.benches].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  return { ...fresh, versions: isSame ? { ...before.versions, ...fresh.versions } : fresh.versions, benches };
}

export function writeResults(results: Results): void {
  writeFileSync(RESULTS_FILE, `${JSON.stringify(results, undefined, 1)}\n`);
}

export function versionsOf(tools: readonly FoundTool[]): Readonly<Record<string, string>> {
  return Object.fromEntries(tools.map(({ name, version }) => [name, version]));
}
