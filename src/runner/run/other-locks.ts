import { readLock } from '../lock/index.ts';
import { locksIn } from '../lock/locks-in.ts';
import type { ProjectPath } from '../model.ts';
import type { Session } from './session.ts';

/** What the locks of other pipeline files in the project's folder say. */
export interface OtherLocks {
  /** Their outs, deps and parameter files. */
  readonly paths: ReadonlySet<ProjectPath>;
  /** What in them could not be read, in words: of these stages nothing is known. */
  readonly warnings: readonly string[];
}

/**
 * Looks into the locks of the other pipelines that share this folder: what one of them made or read is not this one's to
 * remove. Throws BAD_LOCK.
 */
export function readOtherLocks({ root, project }: Session): OtherLocks {
  const locks = locksIn(root)
    .filter((file) => file !== project.lockFile)
    .map((file) => readLock(root, file));
  const entries = locks.flatMap((lock) => [...lock.entries.values()]);
  const paths = entries.flatMap(({ outs, inputs }) => [
    ...[...outs, ...inputs.deps].map(({ path }) => path),
    ...Object.keys(inputs.params),
  ]);
  return { paths: new Set(paths), warnings: locks.flatMap(({ warnings }) => warnings) };
}
