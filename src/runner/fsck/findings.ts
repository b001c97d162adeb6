import type { Digest } from '../../kit/index.ts';
import type { ProjectPath, StageName } from '../model.ts';

/** Whose an object is: the file of an out of a stage. */
export interface Owner {
  readonly stage: StageName;
  /** Of the out, or of the file in it. */
  readonly path: ProjectPath;
  /** True when a lock here names it, not only the run cache. */
  readonly inLock: boolean;
}

/** Something that fsck has to tell. */
export interface Finding {
  readonly kind:
    | 'object-damaged'
    | 'out-incomplete'
    | 'result-damaged'
    | 'result-incomplete'
    | 'lock-damaged'
    | 'index-damaged'
    | 'stage-busy'
    | 'leftover'
    | 'foreign'
    | 'quarantined';
  /** `bad`: bytes are wrong, or the lock needs what is not there. `note`: costs nothing but a little space or time. */
  readonly severity: 'bad' | 'mended' | 'note';
  /** What it is, one sentence. */
  readonly text: string;
  /** What to do, one sentence; undefined when there is nothing to do. */
  readonly todo: string | undefined;
  /** Absolute path of what it is about, where it is one file. */
  readonly file?: string;
  readonly digest?: Digest;
  readonly owners: readonly Owner[];
}
