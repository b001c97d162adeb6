import type { Rule } from '../ignore/rules.ts';
import type { Tree } from './tree.ts';

/** A folder on a walk. */
export interface Folder {
  readonly absolute: string;
  /** What the names of its files begin with. */
  readonly prefix: string;
  /** The folders that links led into on the way here. */
  readonly links: readonly string[];
  readonly isLarge: boolean;
  /** What the `.dvcignore` of folders above say; a folder with rules is walked by one thread. */
  readonly rules: readonly Rule[];
}

/** Another thread that takes a part of the folders of a walk. */
export interface WalkHelper {
  /** Folders that are walked by whoever claims them first. */
  offer(root: string, folders: readonly Folder[]): readonly OfferedFolder[];
}

/** A folder that both may take. */
export interface OfferedFolder {
  /** False when the helper has it. */
  claim(): boolean;
  /** What the helper found, waited for; undefined when it failed, for whatever reason. */
  result(): Tree | undefined;
}
