import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { explainWriteError, makeFolder, writeFileAtomic } from '../../kit/index.ts';
import { Bundler } from '../bundle/bundler.ts';
import { type Graph, graphOf, leaveOut } from '../graph/index.ts';
import { Hasher } from '../hash/hasher.ts';
import { describeSkipped, type Project } from '../load/index.ts';
import { type Lock, LockFile } from '../lock/index.ts';
import type { Stage } from '../model.ts';
import type { Damaged } from '../store/quarantine.ts';
import { Store } from '../store/store.ts';
import { lastSweep } from '../store/sweep-mark.ts';
import type { AssumedOuts } from './assumed-outs.ts';
import { LockWriter } from './lock-writer.ts';
import { recover } from './recover.ts';
import { SpareFiles } from './spare-files.ts';
import { journalFolder, STATE_FOLDER } from './state-paths.ts';

/** One command's work on one project: what is known, and where things are kept. */
export interface Session {
  readonly project: Project;
  /** Without what this command leaves out. */
  readonly graph: Graph;
  readonly leftOut: readonly Stage[];
  readonly root: string;
  /** Absolute path of `.ferment`. */
  readonly state: string;
  readonly hasher: Hasher;
  readonly store: Store;
  readonly bundler: Bundler;
  /** The lock as this command knows it. */
  readonly entries: Lock['entries'];
  readonly lock: LockFile;
  readonly lockWriter: LockWriter;
  readonly spares: SpareFiles;
  /** In a dry run: what stages upstream would put in place. */
  assumed?: AssumedOuts;
  /** The last sweep of the store when this command began. */
  readonly sweep: string;
}

export interface SessionOptions {
  /** Stages that are as if they were not declared. */
  readonly without?: readonly string[] | undefined;
  /** What must not be among them. */
  readonly targets?: readonly string[] | undefined;
}

/** The store is no part of anybody's commit, whatever the project's own .gitignore says. */
function hideFromGit(state: string): void {
  const file = join(state, '.gitignore');
  if (!existsSync(file)) writeFileAtomic(file, '*\n', { durable: false });
}

/**
 * Opens a project for a command: cleans up after commands that were killed, reads the lock. `warn` is told of what a
 * person should know. Throws BAD_GRAPH, BAD_LOCK, STORE_UNWRITABLE, and USAGE as `leaveOut`.
 */
export function openSession(
  project: Project,
  warn: (text: string) => void,
  { without = [], targets }: SessionOptions = {},
): Session {
  const { root } = project;
  const state = join(root, STATE_FOLDER);
  try {
    makeFolder(state, 0o755);
    hideFromGit(state);
  } catch (error) {
    throw explainWriteError(error, state);
  }
  const hasher = new Hasher(root, state);
  hasher.prepare();
  recover({ root, state, lockFile: project.lockFile }, warn);
  const sweep = lastSweep(state);
  const lock = new LockFile(root, project.lockFile);
  const { warnings, entries } = lock.read();
  const left = describeSkipped(project.skippedProjects, entries.keys(), project.lockFile);
  for (const text of [...warnings, ...left]) warn(text);
  const spares = new SpareFiles(journalFolder(state));
  const store = new Store(state, (damaged) => warn(damagedText(damaged)));
  return {
    project,
    ...leaveOut(graphOf(project), without, targets),
    root,
    state,
    hasher,
    store,
    bundler: new Bundler(hasher, state),
    get entries() {
      return lock.entries;
    },
    lock,
    lockWriter: new LockWriter(state, lock, spares),
    spares,
    sweep,
  };
}

function damagedText(damaged: Damaged): string {
  const { quarantined } = damaged;
  if (damaged.kind === 'object')
    return `Object ${damaged.digest} in the store is damaged: moved to ${quarantined}, and treated as missing.`;
  if (damaged.kind === 'objects')
    return `${damaged.count} objects of a pack in the store are damaged: moved to ${quarantined}, and treated as missing.`;
  const rest =
    damaged.saved === 0 ? 'its objects are' : `what is not among its ${damaged.saved} good objects is`;
  return `A pack in the store is damaged: moved to ${quarantined}; ${rest} treated as missing.`;
}

/** Looks at the disk again from now on. */
export function forgetFiles(session: Session): void {
  session.hasher.forget();
  session.bundler.forget();
}

/** Saves what was learned, for the next command to be fast. */
export function closeSession(session: Session): void {
  session.spares.close();
  session.lock.save();
  session.hasher.save();
  session.bundler.save();
}
