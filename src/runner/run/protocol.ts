/**
 * The runner's side of how it speaks with a stage program; `src/stage/protocol.ts` is the program's. A room imports no
 * other room, so the shapes are written twice, and a contract test runs a real program to keep them equal.
 */
export interface StageFile {
  readonly stage: string;
  /** Absolute path of the project. */
  readonly root: string;
  /** The declared parameters, nested as in their file. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Name (or index) to path, relative to the folder in which the command runs; a glob gives a sorted list. */
  readonly deps: Readonly<Record<string, string | readonly string[]>>;
  readonly outs: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, string>>;
  readonly plots: Readonly<Record<string, string>>;
  readonly checkpoints: Readonly<Record<string, string>>;
  /** Scheduler slots that the stage holds. */
  readonly cpus: number;
  readonly gpus: number;
  readonly graph?: StageGraph;
  /** The stage file of the stage in whose command the runner was started, where it was. */
  readonly within?: string;
}

/** The pipeline as a stage with `graph: true` is given it. */
export interface StageGraph {
  readonly stages: readonly { readonly name: string; readonly desc?: string }[];
  /** [from, to]: `to` reads what `from` writes. */
  readonly edges: readonly (readonly [string, string])[];
}

/** How far a stage is, as it says itself. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly text?: string;
  readonly rate?: number;
  readonly etaSeconds?: number;
  readonly values?: Readonly<Record<string, number>>;
}

export type StageMessage =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'record'; readonly key: string; readonly value: unknown };

/** A message from one line of a stage's message channel; undefined for a line that is none. */
export function parseStageMessage(line: string): StageMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { type } = value;
  if (type === 'warning')
    return typeof value['text'] === 'string' ? { type, text: value['text'] } : undefined;
  if (type === 'record')
    return typeof value['key'] === 'string' ? { type, key: value['key'], value: value['value'] } : undefined;
  const progress = type === 'progress' ? parseProgress(value) : undefined;
  return progress === undefined ? undefined : { type: 'progress', progress };
}

function parseProgress(value: Readonly<Record<string, unknown>>): Progress | undefined {
  const { done, total, unit, text, rate, etaSeconds, values } = value;
  if (typeof done !== 'number' || typeof total !== 'number' || typeof unit !== 'string') return undefined;
  return {
    done,
    total,
    unit,
    ...(typeof text === 'string' ? { text } : {}),
    ...(typeof rate === 'number' ? { rate } : {}),
    ...(typeof etaSeconds === 'number' ? { etaSeconds } : {}),
    ...(isRecord(values) ? { values: numbersOf(values) } : {}),
  };
}

function numbersOf(values: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
