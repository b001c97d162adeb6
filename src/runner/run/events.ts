import type { FermentError } from '../../kit/index.ts';
import type { Change, Outcome, ProjectPath, StageName } from '../model.ts';
import type { Progress } from './protocol.ts';

/** What `repro` tells while it works. Nothing else comes out of it before its summary. */
export type RunEvent =
  /** The stages it is about, in order. */
  | {
      readonly type: 'run-start';
      readonly runId: string;
      readonly stages: readonly StageName[];
      /** What the run does without, and what cannot do without that. */
      readonly leftOut: readonly StageName[];
      readonly jobs: number;
      readonly dry: boolean;
    }
  /** Something about the project as a whole: a run that was killed was cleaned up, an object was damaged. */
  | { readonly type: 'run-warning'; readonly text: string }
  /** What will happen to a stage, and why. `reasons` is empty for `unchanged` and `frozen`. */
  | {
      readonly type: 'stage-decided';
      readonly stage: StageName;
      readonly decision: Decision;
      readonly reasons: readonly Change[];
    }
  /** Another command holds the stage; waiting for it. */
  | { readonly type: 'stage-waiting'; readonly stage: StageName; readonly text: string }
  /** The command starts. `command` is for people; `log` gets everything that it writes. */
  | {
      readonly type: 'stage-start';
      readonly stage: StageName;
      readonly command: string;
      readonly log: ProjectPath;
      /** From 1. */
      readonly attempt: number;
      readonly cpus: number;
      readonly gpus: number;
    }
  /** One line of the command's output, without its line break. */
  | {
      readonly type: 'stage-output';
      readonly stage: StageName;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  | { readonly type: 'stage-progress'; readonly stage: StageName; readonly progress: Progress }
  | { readonly type: 'stage-warning'; readonly stage: StageName; readonly text: string }
  /** An attempt failed, and another one follows. */
  | {
      readonly type: 'stage-retry';
      readonly stage: StageName;
      /** The one that failed, from 1. */
      readonly attempt: number;
      /** How many there may be. */
      readonly attempts: number;
      /** How long that attempt took, and how long until the next one. */
      readonly seconds: number;
      readonly delaySeconds: number;
      readonly error: FermentError;
    }
  | ({ readonly type: 'stage-end'; readonly stage: StageName } & StageResult)
  | { readonly type: 'run-end'; readonly summary: Summary };

export type Decision = 'unchanged' | 'restore' | 'run' | 'frozen';

/** What happened to one stage. */
export interface StageResult {
  readonly outcome: Outcome;
  /** Wall time, from when its turn came to when all was stored. */
  readonly seconds: number;
  /** How many attempts there were, when there was more than one. */
  readonly attempts?: number;
  /** Present when the outcome is `failed`. */
  readonly error?: FermentError;
  /** Present when the outcome is `blocked`: the failed stage upstream. */
  readonly blockedBy?: StageName;
}

/** What `repro` returns. With `dry`, the outcomes are those that a run would have, as far as can be told. */
export interface Summary {
  readonly runId: string;
  readonly ok: boolean;
  readonly dry: boolean;
  readonly seconds: number;
  /** In the order of the pipeline. */
  readonly stages: ReadonlyMap<StageName, StageResult>;
  /** Present when not ok: the first failure, or INTERRUPTED. Its `exit` is the command's exit code. */
  readonly error?: FermentError;
}

export type OnEvent = (event: RunEvent) => void;
