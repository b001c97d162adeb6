import type { Digest } from '../../kit/index.ts';
import type { LoadOptions } from '../load/index.ts';
import type { LockEntry, StageName } from '../model.ts';
import type { Claim } from '../run/claim.ts';
import type { Session } from '../run/session.ts';
import type { Contents } from './contents.ts';
import type { Finder } from './finder.ts';

/** One import at work. */
export interface ImportContext {
  readonly session: Session;
  readonly finder: Finder;
  readonly contents: Contents;
  /** How the project was loaded. */
  readonly load: LoadOptions;
  /** Absolute path of DVC's cache. */
  readonly cache: string;
  /** Undefined on a dry run. */
  readonly claim: Claim | undefined;
  /** The command lines of each stage as DVC makes them of the pipeline file. */
  readonly dvcLines: ReadonlyMap<StageName, readonly string[]>;
  /** The fingerprints of the stages that were imported. */
  readonly succeeded: Set<Digest>;
  /** Entries that are to be written to the lock. */
  readonly pending: Map<StageName, LockEntry>;
}
