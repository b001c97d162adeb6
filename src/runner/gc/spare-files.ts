import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, isDigest } from '../../kit/index.ts';
import { isOldTemporary } from '../run/sweep.ts';
import { listResults, listStrangers } from '../store/contents.ts';
import { busySince, namesIn } from './live.ts';
import { type Reach, recordsByTime } from './reach.ts';

export const SPARE_KINDS = [
  'log',
  'run record',
  'bundle',
  'index',
  'checkpoint',
  'temporary file',
  'quarantine',
] as const;

/** Something in `.ferment` that is no result, and that nothing needs any more. */
export interface SpareFile {
  readonly kind: (typeof SPARE_KINDS)[number];
  /** Absolute; a file or a folder. */
  readonly path: string;
  readonly size: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Logs and records of old runs (the latest of each stage stays), bundles that no kept lock names, memories of paths
 * that are gone, checkpoints of attempts that succeeded since, what killed writers left, and, when asked, the
 * quarantine.
 */
export function findSpareFiles(
  { root, state, reach }: { readonly root: string; readonly state: string; readonly reach: Reach },
  { quarantine }: { readonly quarantine: boolean },
): readonly SpareFile[] {
  // A command at work may be about to start a bundle that no lock names yet, or to write into a scratch folder.
  const isBusy = busySince(state) !== undefined;
  const found: { kind: SpareFile['kind']; path: string }[] = [];
  const add = (kind: SpareFile['kind'], paths: readonly string[]): void => {
    for (const path of paths) found.push({ kind, path });
  };
  add('log', spareLogs(state, reach));
  add('run record', spareRecords(state, reach));
  add('index', spareTables(root, state));
  add('temporary file', temporaries(state));
  if (!isBusy) {
    add('bundle', spareBundles(state, reach));
    add('checkpoint', spareCheckpoints(state, reach));
    add('temporary file', pathsIn(join(state, 'scratch')));
  }
  if (quarantine) add('quarantine', pathsIn(join(state, 'quarantine')));
  return found.map((each) => ({ ...each, size: sizeOf(each.path) }));
}

/** Logs of other runs than those kept, but for the latest of each stage, and those of a run without a record yet. */
function spareLogs(state: string, { runs }: Reach): readonly string[] {
  const kept = new Set(runs);
  const times = new Map(recordsByTime(state).map(({ runId, started }) => [runId, String(started)]));
  // A run's id begins with its time.
  const timeOf = (runId: string): string =>
    times.get(runId)?.replace(/[-:]/g, '') ?? runId.slice(0, runId.indexOf('-'));
  const newest = runs[0] === undefined ? '' : timeOf(runs[0]);
  const seen = new Set<string>();
  const spare: string[] = [];
  for (const runId of [...namesIn(join(state, 'logs'))].sort((a, b) => compareBytes(timeOf(b), timeOf(a)))) {
    const isRunning = !times.has(runId) && timeOf(runId) >= newest;
    const isKept = kept.has(runId) || isRunning;
    const folder = join(state, 'logs', runId);
    const names = namesIn(folder);
    const old = names.filter((name) => !isKept && seen.has(name));
    for (const name of names) seen.add(name);
    if (old.length === names.length && !isKept) spare.push(folder);
    else spare.push(...old.map((name) => join(folder, name)));
  }
  return spare;
}

/** The latest record in which a stage ran says how long it takes: it stays as well. */
function spareRecords(state: string, { runs }: Reach): readonly string[] {
  const kept = new Set(runs);
  const timed = new Set<string>();
  for (const { runId, stages } of recordsByTime(state)) {
    for (const [stage, { outcome }] of Object.entries(stages)) {
      if (outcome !== 'ran' || timed.has(stage)) continue;
      timed.add(stage);
      kept.add(runId);
    }
  }
  return namesIn(join(state, 'runs-log'))
    .filter((name) => name.endsWith('.json') && !kept.has(name.slice(0, -'.json'.length)))
    .map((name) => join(state, 'runs-log', name));
}

/** A bundle is made again in no time; only those in locks explain what changed in a stage's code. */
function spareBundles(state: string, { named }: Reach): readonly string[] {
  return pathsIn(join(state, 'bundles')).filter((path) => {
    const digest = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/.exec(path.slice(path.lastIndexOf('/')))?.[0];
    return isDigest(digest) && !named.has(digest) && ageOf(path) > DAY_MS;
  });
}

/** Of attempts whose fingerprint succeeded: nothing will ask for them again. */
function spareCheckpoints(state: string, { named }: Reach): readonly string[] {
  const isDone = new Set(listResults(state).map(({ fingerprint }) => fingerprint));
  return pathsIn(join(state, 'checkpoints')).filter((path) => {
    const digest = path.slice(path.lastIndexOf('/') + 1);
    return isDigest(digest) && (isDone.has(digest) || named.has(digest));
  });
}

/** The header of a table is its first line, JSON with the path. */
function spareTables(root: string, state: string): readonly string[] {
  return pathsIn(join(state, 'index')).filter((file) => {
    if (!file.endsWith('.tree')) return false;
    try {
      const bytes = readFileSync(file);
      const header: unknown = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf(10)));
      if (typeof header !== 'object' || header === null || !('path' in header)) return false;
      return typeof header.path === 'string' && !existsSync(join(root, header.path));
    } catch {
      return false;
    }
  });
}

function temporaries(state: string): readonly string[] {
  const plain = ['', 'bundles', 'index', 'journal', 'runs-log'].flatMap((name) => pathsIn(join(state, name)));
  return [...plain, ...listStrangers(state)].filter(isOldTemporary);
}

function pathsIn(folder: string): readonly string[] {
  return [...namesIn(folder)].sort().map((name) => join(folder, name));
}

function ageOf(path: string): number {
  return Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** The bytes of a file, or of all files in a folder. */
export function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
