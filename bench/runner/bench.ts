/** How one program is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Laid over this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One program that does a bench's work, in a folder of its own. */
export interface Contestant {
  /** A key of `TOOLS`. */
  readonly tool: Tool;
  /** Makes the folder ready, untimed; called once. */
  setUp(folder: string): Promise<void> | void;
  /** Brings the folder back to where a round begins, untimed; called before each round. */
  reset?(folder: string): Promise<void> | void;
  command(folder: string): Command;
  /** Throws when the work was not done as it should; called after each round that came to its end. */
  check(folder: string, output: string): Promise<void> | void;
  /** Reads what the program itself measured, where the bench is of a part of its work: without start and warming up. */
  measured?(output: string, folder: string): Measured;
  /** Fewer rounds than the others, for what takes minutes. */
  readonly rounds?: number;
  /** After this time the program is ended, and that it took longer is its result. */
  readonly capSeconds?: number;
  /** What a reader must know of how this tool does the work. */
  readonly note?: string;
}

export interface Measured {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** How good the result is, by name. */
  readonly figures?: Readonly<Record<string, number>>;
}

export type Tool =
  | 'ferment'
  | 'dvc'
  | 'snakemake'
  | 'wireit'
  | 'turbo'
  | 'make'
  | 'node'
  | 'keras'
  | 'keras-generator'
  | 'torch'
  | 'torch-channels-last'
  | 'torchvision'
  | 'bare-step'
  | 'opentsne'
  | 'sklearn';

/** One piece of work that several programs do in turn, in one sitting. */
export interface Bench {
  /** Unique; names it on the command line and in the results. */
  readonly id: string;
  /** The row's name on the results page. */
  readonly title: string;
  /** The part of the page that it stands in. */
  readonly part: string;
  /** What Ferment is to take at most, wall clock; undefined where there is no goal. */
  readonly goalSeconds?: number;
  /** The goal in words, where it is another one. */
  readonly goal?: string;
  /**
   * How many times as fast as another one Ferment is to be at least; of 1 or less, which share of its rate. The page
   * says whether it is.
   */
  readonly goalRatios?: Readonly<Partial<Record<Tool, number>>>;
  /** How many images the measured work is; the page then says how many go through in a second. */
  readonly images?: number;
  readonly rounds: number;
  /** Ferment first: the others' ratios are to it. */
  readonly contestants: readonly Contestant[];
  /** Tools that cannot do this work, and why; they have a row all the same. */
  readonly cannot?: Readonly<Partial<Record<Tool, string>>>;
}

/** Declares a bench, with its types checked where it stands. */
export function defineBench(bench: Bench): Bench {
  return bench;
}
