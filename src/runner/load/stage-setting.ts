import type { ProjectPath } from '../model.ts';
import type { KeyPath } from './key-path.ts';
import type { Complaint } from './problems.ts';

/** Where a stage stands and what its paths are relative to. */
export interface Setting {
  readonly name: string;
  readonly group: string;
  readonly file: ProjectPath;
  readonly place: { readonly line: number; readonly column: number; readonly source: string };
  readonly wdir: ProjectPath;
  /** Absolute. */
  readonly root: string;
  /** Default parameter file, relative to wdir's project path. */
  readonly paramsFile: ProjectPath;
  /** What the pipeline file says under `datasets`. */
  readonly datasets: unknown;
  /** Whether something is at an absolute path. */
  readonly isThere: (path: string) => boolean;
  readonly complain: (path: KeyPath, complaint: Complaint, part?: 'key' | 'value') => void;
  readonly warn: (text: string) => void;
}
