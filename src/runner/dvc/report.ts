import type { Change, ProjectPath, StageName } from '../model.ts';
import type { DamagedObject } from './cache-objects.ts';

/**
 * What became of a stage:
 * `imported` its success is in the lock now, its outs in the store or for git;
 * `known` the lock had it already;
 * `changed` DVC would run it as well: `changes` say why;
 * `missing` its outs are neither in the workspace nor, whole, in DVC's cache: `paths`;
 * `never-run` DVC has no entry of it;
 * `always` it runs each time, in DVC as here;
 * `frozen` it is taken as it is, and DVC's entry is no longer that of its inputs;
 * `failed` it cannot be looked at: `problem`.
 */
export type StageReport =
  | { readonly outcome: 'imported' | 'known' | 'never-run' | 'always' | 'frozen' }
  | {
      readonly outcome: 'changed';
      readonly changes: readonly Change[];
      /** Only outs differ, and what DVC noted was imported: `repro` and `checkout` put it back. */
      readonly restorable: boolean;
    }
  | { readonly outcome: 'missing'; readonly paths: readonly ProjectPath[] }
  | { readonly outcome: 'failed'; readonly problem: string };

/**
 * Data that `dvc add` tracks. It is `present` in the workspace, `checked-out` into it now, `not-in-cache`, a link into a
 * cache outside of the project (`linked`), which the runner does not follow, or `refused`: `problem`.
 */
export interface DataReport {
  /** The `.dvc` file. */
  readonly file: ProjectPath;
  readonly path: ProjectPath;
  readonly state: 'present' | 'checked-out' | 'not-in-cache' | 'linked' | 'refused';
  readonly problem?: string;
}

/** How many earlier runs were imported, and how many could not be, by reason. */
export interface RunsReport {
  readonly imported: number;
  readonly known: number;
  /** Of stages that the pipeline no longer has, or has with other outs. */
  readonly noStage: number;
  /** With inputs of which the content is nowhere to be found any more. */
  readonly noInputs: number;
  /** With outs that are not in DVC's cache. */
  readonly noOuts: number;
  /** Files that are no entries. */
  readonly damaged: number;
}

/** What an import did, or on a dry run would do. */
export interface ImportReport {
  readonly dry: boolean;
  /** In the pipeline's order. */
  readonly stages: ReadonlyMap<StageName, StageReport>;
  readonly data: readonly DataReport[];
  readonly runs: RunsReport;
  /** Objects that are new in the store. */
  readonly objects: number;
  readonly bytes: number;
  readonly damaged: readonly DamagedObject[];
  /** Absolute path of DVC's cache. */
  readonly cache: string;
}
