import picomatch from 'picomatch';
import { foldersAbove } from '../load/paths.ts';
import { lookOfLocks } from '../lock/locks-in.ts';
import type { Content, ProjectPath } from '../model.ts';
import { readOtherLocks } from '../run/other-locks.ts';
import type { Session } from '../run/session.ts';

type Names = (content: Pick<Content, 'path' | 'kind'>) => boolean;

/** What the pipeline, its lock, and the locks of other pipelines in the folder name. */
export class InUse {
  readonly #session: Session;
  #look: string;
  #names: Names;
  #warnings: readonly string[];

  /** Throws BAD_LOCK. */
  constructor(session: Session) {
    this.#session = session;
    this.#look = lookOfLocks(session.root);
    const { paths, warnings } = readOtherLocks(session);
    this.#names = createNames(session, paths);
    this.#warnings = warnings;
  }

  /** What in the other locks could not be read, in words: with any, nobody knows what is not in use. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** True for a path that overlaps with anything that is named. */
  has(content: Pick<Content, 'path' | 'kind'>): boolean {
    return this.#names(content);
  }

  /** Reads the locks again where one was written since: another command may have come to name something. */
  refresh(): void {
    const look = lookOfLocks(this.#session.root);
    if (look === this.#look) return;
    this.#look = look;
    this.#session.lock.read();
    const { paths, warnings } = readOtherLocks(this.#session);
    this.#names = createNames(this.#session, paths);
    this.#warnings = warnings;
  }
}

function createNames({ project, entries }: Session, others: ReadonlySet<ProjectPath>): Names {
  const files = [project.file, project.lockFile, ...project.params.files.keys()];
  const written = project.stages.flatMap((stage) =>
    [...stage.outs, ...stage.checkpoints].map(({ path }) => path),
  );
  const locked = [...entries.values()].flatMap(({ outs, inputs }) => [...outs, ...inputs.deps]);
  const deps = project.stages.flatMap((stage) => stage.deps);
  const plain = deps.filter(({ glob }) => !glob).map(({ path }) => path);
  const paths = new Set([...files, ...written, ...locked.map(({ path }) => path), ...plain, ...others]);
  const above = new Set([...paths].flatMap((path) => [...foldersAbove(path)]));
  const patterns = deps.filter(({ glob }) => glob).map(({ path }) => path);
  const isMatched = patterns.map((pattern) => picomatch(pattern));
  const bases = patterns.map((pattern) => picomatch.scan(pattern).base);
  return ({ path, kind }) => {
    // A file where a folder must be is in the way of what is named, not part of it.
    if (paths.has(path) || (kind === 'dir' && above.has(path))) return true;
    if ([...foldersAbove(path)].some((folder) => paths.has(folder))) return true;
    if (kind === 'file') return isMatched.some((isMatch) => isMatch(path));
    // A folder may have files that a pattern matches.
    return bases.some(
      (base) => `${base}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${base}/`) || base === '',
    );
  };
}
