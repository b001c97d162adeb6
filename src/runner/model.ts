import type { Digest } from '../kit/index.ts';

/**
 * The nouns of the runner, after templates were filled, groups expanded and everything was validated.
 * Plain readonly data: the pure half (load, graph, plan) makes it, the effectful half (run, store) uses it.
 */

/** A path relative to the project's root, with forward slashes, normalised, without `..` unless it is an outside dep. */
export type ProjectPath = string;

/** A stage's name: `train`, or `train@resnet` in a group. */
export type StageName = string;

export interface Stage {
  readonly name: StageName;
  /** The name before `@`. */
  readonly group: string;
  /** The pipeline file it stands in, and the line of its name there (from 1). */
  readonly file: ProjectPath;
  readonly line: number;
  /** The column of the name (from 1) and the text of that line, for messages that point there. */
  readonly column: number;
  readonly source: string;
  readonly desc: string | undefined;
  readonly meta: unknown;
  /** Folder in which the command runs. */
  readonly wdir: ProjectPath;
  readonly command: Command;
  readonly deps: readonly Dep[];
  readonly outs: readonly Out[];
  readonly params: readonly ParamDep[];
  /** Names of environment variables that are inputs. */
  readonly env: readonly string[];
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  readonly resources: Resources;
  /** How long one attempt may take, in milliseconds. No input. */
  readonly timeoutMs: number | undefined;
  readonly retries: Retries;
  readonly checkpoints: readonly NamedPath[];
  /** True when the stage is given the pipeline's graph; the graph is then part of its fingerprint. */
  readonly graph: boolean;
}

export type Command =
  | { readonly kind: 'shell'; readonly lines: readonly string[] }
  | { readonly kind: 'module'; readonly module: ProjectPath };

export interface NamedPath {
  readonly name: string | undefined;
  readonly path: ProjectPath;
}

export interface Dep extends NamedPath {
  /** True when `path` is a glob pattern. */
  readonly glob: boolean;
  /** True for a pattern that may match nothing. */
  readonly optional: boolean;
}

export interface Out extends NamedPath {
  readonly kind: 'out' | 'metric' | 'plot';
  /** False: tracked by git, not ignored; small ones are kept in the store all the same, so that they can be restored. */
  readonly cache: boolean;
  /** True: not removed before the stage runs. */
  readonly persist: boolean;
  readonly desc: string | undefined;
  /** What plots and metrics say beside their path (x, y, template, direction, …), as given. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ParamDep {
  readonly file: ProjectPath;
  /** Dotted keys, or undefined for the whole file. */
  readonly keys: readonly string[] | undefined;
}

export interface Resources {
  /** Scheduler slots; 1 unless given. */
  readonly cpus: number;
  /** GPU slots; ignored on a machine without one. */
  readonly gpus: number;
  readonly memoryBytes: number | undefined;
}

/** What follows an attempt that failed. No input. */
export interface Retries {
  /** How many more attempts; 0 unless given. */
  readonly times: number;
  /** Before the second attempt, in milliseconds. */
  readonly delayMs: number;
  /** What each further delay is multiplied with. */
  readonly backoff: number;
}

/** The content of one path: a file's bytes, or a folder's manifest. */
export interface Content {
  readonly path: ProjectPath;
  readonly kind: 'file' | 'dir';
  readonly digest: Digest;
  /** Sum over files. */
  readonly size: number;
  /** Number of files; 1 for a file. */
  readonly files: number;
  readonly executable?: boolean;
}

/** What a stage's code is: the command lines, or the bundle with the packages it reaches. */
export type CodeFingerprint =
  | { readonly cmd: readonly string[] }
  | { readonly module: ProjectPath; readonly bundle: Digest; readonly packages: Digest };

/** Everything that decides a stage's result; its canonical JSON's digest is the stage's fingerprint. */
export interface Inputs {
  readonly code: CodeFingerprint;
  readonly wdir: ProjectPath;
  /** Sorted by path; globs expanded. */
  readonly deps: readonly Content[];
  /** Parameter file to dotted key (`''` for the whole file) to value. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Undefined variables are null. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly graph: Digest | undefined;
  /** Paths and kinds of the declared outs, sorted: a new out means a new run. */
  readonly outs: readonly string[];
  /** `dep NAME` and `out NAME` to the path or pattern: what a program finds under a name. Undefined where nothing has one. */
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/** One stage's block in pipeline.lock: what went in, what came out, the last time it succeeded. */
export interface LockEntry {
  readonly fingerprint: Digest;
  readonly inputs: Inputs;
  readonly outs: readonly Content[];
}

/** What happened to a stage, the words used everywhere. */
export type Outcome = 'ran' | 'restored' | 'unchanged' | 'frozen' | 'failed' | 'blocked' | 'cancelled';

/** One reason for which a stage is stale, as `status --json` prints it. */
export interface Change {
  readonly kind: 'cmd' | 'code' | 'dep' | 'param' | 'env' | 'graph' | 'out' | 'name' | 'never-run' | 'always';
  readonly name: string;
  readonly change: 'new' | 'modified' | 'deleted';
  /** False for a dep or out that was deleted from the pipeline, not (only) from the disk. */
  readonly declared?: false;
  readonly old?: unknown;
  readonly new?: unknown;
}
