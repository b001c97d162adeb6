import { renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, explainWriteError, makeFolder, shortDigest } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import { closeSession, openSession, type Session } from '../run/session.ts';
import type { Warn } from '../status/status.ts';
import type { StoredObject } from '../store/known-objects.ts';
import { Store } from '../store/store.ts';
import { checkObjects, type FsckProgress } from './check-objects.ts';
import { checkLocked, checkResults, type OutsPlace } from './check-outs.ts';
import { checkRest } from './check-rest.ts';
import type { Finding, Owner } from './findings.ts';
import { knownSizes, Manifests, ownersOf, readNamed } from './named-contents.ts';

export interface FsckOptions {
  /** Compare sizes only: finds what is missing or cut off, reads no object but manifests. */
  readonly quick?: boolean;
  /** Tell, and change nothing. */
  readonly dry?: boolean;
  readonly onProgress?: (progress: FsckProgress) => void;
  readonly warn?: Warn;
}

export interface FsckResult {
  /** The bad ones first. */
  readonly findings: readonly Finding[];
  readonly checked: {
    readonly objects: number;
    readonly bytes: number;
    readonly results: number;
    readonly lockedStages: number;
  };
  /** False when bytes are wrong somewhere, or when a lock needs what is not there. */
  readonly ok: boolean;
}

/**
 * Checks all of `.ferment`, moves damaged objects and results to the quarantine, and stores again from the workspace
 * what the lock needs. Deletes nothing. Throws what `openSession` throws, UNREADABLE, NO_SPACE, STORE_UNWRITABLE.
 */
export async function fsck(project: Project, options: FsckOptions = {}): Promise<FsckResult> {
  const { quick = false, dry = false, onProgress = () => {}, warn = () => {} } = options;
  const session = openSession(project, warn);
  const { root, state, store } = session;
  const named = readNamed(root, state);
  const manifests = new Manifests(store);
  const objects = [...store.list()];
  // Before anything is moved to the quarantine.
  const rest = checkRest(state);
  const sizes = quick ? knownSizes(named, manifests) : undefined;
  const wrong = await checkObjects(objects, sizes, onProgress);
  const isDamaged = new Set([...wrong.map(({ digest }) => digest), ...manifests.damaged]);
  const damaged = quick ? objects.filter(({ digest }) => isDamaged.has(digest)) : wrong;
  const owners = ownersOf(isDamaged, named, manifests);
  if (!dry) quarantine(session, [...damaged, ...named.damagedResults.map((path) => ({ path }))]);
  const place = (): OutsPlace => ({
    session,
    // What is stored again on the way has its manifest again.
    manifests: new Manifests(store),
    dry,
    isGood: (digest, size) => !(dry && isDamaged.has(digest)) && store.has(digest, size),
  });
  const findings: Finding[] = [
    ...damaged.map((file) => damagedObject(file, owners.get(file.digest) ?? [], dry)),
    ...named.damagedResults.map((file) => damagedResult(file, dry)),
    ...named.lockWarnings.map(damagedLock),
    ...(await checkLocked(place(), named)),
    ...checkResults(place(), named),
    ...rest,
  ];
  closeSession(session);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return {
    findings: findings.sort((a, b) => rank(a) - rank(b)),
    checked: {
      objects: objects.length,
      bytes,
      results: named.results.length,
      lockedStages: named.locked.length,
    },
    ok: !findings.some(({ severity }) => severity === 'bad'),
  };
}

function rank({ severity }: Finding): number {
  return ['bad', 'mended', 'note'].indexOf(severity);
}

/** Never deleted: somebody may want to see what became of it. A pack is written anew without what is damaged in it. */
function quarantine(
  { state, store }: Session,
  damaged: readonly (StoredObject | { readonly path: string })[],
): void {
  // The store that is open would tell of each what the findings tell.
  const silent = new Store(state);
  for (const each of damaged) {
    if ('packed' in each && each.packed) silent.quarantine(each.digest);
    else moveAway(state, each.path);
  }
  store.forget();
}

function moveAway(state: string, path: string): void {
  const target = join(state, 'quarantine', quarantineName(path));
  try {
    makeFolder(dirname(target));
    renameSync(path, target);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw explainWriteError(error, target);
  }
}

/** The name in quarantine: the whole digest of an object, the file name of a run-cache entry. */
function quarantineName(path: string): string {
  const name = basename(path);
  return name.endsWith('.json') ? name : basename(dirname(path)) + name;
}

function damagedObject({ digest, path }: StoredObject, owners: readonly Owner[], dry: boolean): Finding {
  const [first] = owners;
  const more = owners.length > 1 ? ` and ${owners.length - 1} more` : '';
  const whose = first === undefined ? 'of no known result' : `${first.path} of stage ${first.stage}${more}`;
  const done = dry ? '' : '; moved to quarantine';
  const isNeeded = owners.some(({ inLock }) => inLock);
  return {
    kind: 'object-damaged',
    severity: 'bad',
    text: `Object ${shortDigest(digest)} does not have the bytes that its name says: ${whose}${done}.`,
    todo: dry
      ? 'Move it to quarantine, and store it again where the workspace still has it: ferment fsck'
      : isNeeded
        ? undefined
        : 'Nothing to do: no lock here needs it. Failing disks begin like this, though.',
    digest,
    file: path,
    owners,
  };
}

function damagedResult(file: string, dry: boolean): Finding {
  return {
    kind: 'result-damaged',
    severity: 'bad',
    text: `The run-cache entry ${basename(file)} is not what Ferment writes${dry ? '' : '; moved to quarantine'}.`,
    todo: dry ? 'Move it to quarantine: ferment fsck' : 'Nothing to do: it counts as never run.',
    file,
    owners: [],
  };
}

function damagedLock(text: string): Finding {
  return {
    kind: 'lock-damaged',
    severity: 'bad',
    text,
    todo: 'Restore the file with git, or resolve its conflicts; or let its stages be restored or run: ferment repro',
    owners: [],
  };
}
