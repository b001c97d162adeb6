import type { ProjectPath, Stage } from '../model.ts';
import type { MissingParams } from './check-params.ts';
import type { Params } from './params.ts';
import type { SkippedProject } from './skipped-projects.ts';
import type { Quoting } from './template.ts';
import type { TopLevel } from './top-level.ts';

export interface LoadOptions {
  readonly cwd: string;
  /** A pipeline file other than the nearest pipeline.yaml or dvc.yaml, relative to cwd. */
  readonly file?: string | undefined;
  /** Overlays on the default parameter file, relative to cwd, later ones winning. */
  readonly paramsFiles?: readonly string[] | undefined;
  /** `key=value` or `file:key=value`, values as YAML. */
  readonly overrides?: readonly string[] | undefined;
  /** How values are pasted into commands; 'shell' unless given. */
  readonly quoting?: Quoting | undefined;
  /** Told the absolute path of each file that is read, or looked for, also when the project turns out to be bad. */
  readonly onRead?: (path: string) => void;
}

/** A project as it counts: templates filled, groups expanded, everything validated. */
export interface Project {
  /** Absolute. */
  readonly root: string;
  /** The pipeline file in root. */
  readonly file: ProjectPath;
  /** Where this pipeline's lock is: pipeline.lock, or NAME.lock for another file that was named. */
  readonly lockFile: ProjectPath;
  /** In the order of the files. */
  readonly stages: readonly Stage[];
  readonly params: Params;
  readonly topLevel: TopLevel;
  /** Stages that cannot run, because parameters that they declare are not there. */
  readonly missingParams: MissingParams;
  /** Folders with pipeline files that are projects of their own. */
  readonly skippedProjects: readonly SkippedProject[];
  /** Things that are allowed but probably not meant. */
  readonly warnings: readonly string[];
}
