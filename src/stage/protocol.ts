/**
 * How the runner and a stage program speak. The runner writes a StageFile and names it in `FERMENT_STAGE_FILE`;
 * the program writes one JSON message a line to the file descriptor named in `FERMENT_MESSAGE_FD`.
 * The runner has its own reader of these lines (a room imports no other room for types): a contract test keeps them equal.
 */
export interface StageFile {
  readonly stage: string;
  /** Absolute path of the project. */
  readonly root: string;
  /** The declared parameters, nested as in the file: `{train: {resnet: {…}}}`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Name to path (relative to the stage's folder); a glob gives a sorted list. Unnamed ones are named by their index. */
  readonly deps: Readonly<Record<string, string | readonly string[]>>;
  readonly outs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, string>>;
  readonly plots: Readonly<Record<string, string>>;
  readonly checkpoints: Readonly<Record<string, string>>;
  /** Scheduler slots that this stage holds. */
  readonly cpus: number;
  readonly gpus: number;
  /** Present when the stage declares `graph: true`. */
  readonly graph?: StageGraph;
  /** The stage file of the stage in whose command the runner was started, where it was. */
  readonly within?: string;
}

/** The pipeline as it stands in a report: stage names with their descriptions, and who feeds whom. */
export interface StageGraph {
  readonly stages: readonly { readonly name: string; readonly desc?: string }[];
  /** [from, to]: `to` reads what `from` writes. */
  readonly edges: readonly (readonly [string, string])[];
}

/** How far a long piece of work is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is counted: `image`, `epoch`, `iteration`. */
  readonly unit: string;
  /** What is going on, a few words: `epoch 3/15`. */
  readonly text?: string;
  /** Units a second over the last while. */
  readonly rate?: number;
  readonly etaSeconds?: number;
  /** Figures worth watching: `{loss: 1.23}`. */
  readonly values?: Readonly<Record<string, number>>;
}

export type StageMessage =
  | ({ readonly type: 'progress' } & Progress)
  /** A warning for the person who runs the pipeline; also kept in the run record. */
  | { readonly type: 'warning'; readonly text: string }
  /** A fact for the run record that is no result: seconds, device, library version. */
  | { readonly type: 'record'; readonly key: string; readonly value: unknown };
