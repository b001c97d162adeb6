import { readFileSync, writeSync } from 'node:fs';
import { didYouMean, FermentError, isFermentError, prettyJson, writeFileAtomic } from '../kit/index.ts';
import type { Progress, StageFile, StageGraph, StageMessage } from './protocol.ts';

/** What a stage program is given: its declared params and names, and ways to report. `P` is the shape of the params. */
export interface Stage<P> {
  readonly name: string;
  /** The part of the name after `@`, or undefined. */
  readonly key: string | undefined;
  readonly params: P;
  /** Scheduler slots that this stage holds. */
  readonly cpus: number;
  readonly gpus: number;
  /** The path of a named dep. Throws STAGE_CONTRACT for a name that pipeline.yaml does not give to this stage. */
  dep(name: string): string;
  /** The same, or undefined for a dep that was left out because its path is null. */
  optionalDep(name: string): string | undefined;
  /** The paths that a glob dep stands for, sorted by bytes. */
  deps(name: string): readonly string[];
  /** The same, or none for a dep that was left out because its path is null. */
  optionalDeps(name: string): readonly string[];
  /** The path of a named out, metric or plot. */
  out(name: string): string;
  checkpoint(name: string): string;
  /** The pipeline's graph; throws STAGE_CONTRACT unless the stage declares `graph: true`. */
  graph(): StageGraph;
  /** Writes a metrics file: pretty JSON, so that a diff in git reads well. */
  writeMetrics(name: string, value: unknown): void;
  /** Says how far the work is; cheap enough to call after every step (at most ten messages a second go out). */
  progress(progress: Progress): void;
  warn(text: string): void;
  /** A line for the stage's log, which `ferment logs` shows. */
  log(text: string): void;
  /** A fact for the run record that is no result (seconds, device). */
  record(key: string, value: unknown): void;
}

/**
 * Runs a stage program: reads what the runner prepared, calls `main`, and turns what it throws into a message
 * without a stack trace and the exit code 1, or, for a bug, into a stack trace and the exit code 70.
 */
export async function runStage<P>(main: (stage: Stage<P>) => Promise<void> | void): Promise<void> {
  try {
    await main(openStage<P>(process.env));
  } catch (error) {
    process.stderr.write(describe(error));
    process.exitCode = isFermentError(error) ? error.exit : 70;
  }
}

function describe(error: unknown): string {
  if (isFermentError(error)) return `${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`;
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

/** Opens the stage that the environment names. Throws NOT_A_STAGE when the runner did not start this process. */
export function openStage<P>(env: NodeJS.ProcessEnv): Stage<P> {
  const path = env['FERMENT_STAGE_FILE'];
  if (path === undefined) {
    throw new FermentError(
      'NOT_A_STAGE',
      'This program is a stage: the runner gives it its params and paths.',
      {
        hint: 'Start it with: npx ferment repro --single-item STAGE',
      },
    );
  }
  const file = JSON.parse(readFileSync(path, 'utf8')) as StageFile;
  const send = createSender(env['FERMENT_MESSAGE_FD']);
  const throttled = createThrottle(send);
  const outs = { ...file.outs, ...file.metrics, ...file.plots };
  const at = file.stage.indexOf('@');
  const single = (kind: string, from: StageFile['deps'], name: string): string => {
    const value = lookUp(file.stage, kind, from, name);
    if (typeof value === 'string') return value;
    throw contract(
      file.stage,
      `the ${kind} '${name}' is a glob of ${value.length} paths: ask for deps('${name}')`,
    );
  };
  const several = (name: string): readonly string[] => {
    const value = lookUp(file.stage, 'dep', file.deps, name);
    return typeof value === 'string' ? [value] : value;
  };
  return {
    name: file.stage,
    key: at < 0 ? undefined : file.stage.slice(at + 1),
    params: file.params as P,
    cpus: file.cpus,
    gpus: file.gpus,
    dep: (name) => single('dep', file.deps, name),
    optionalDep: (name) => (Object.hasOwn(file.deps, name) ? single('dep', file.deps, name) : undefined),
    deps: several,
    optionalDeps: (name) => (Object.hasOwn(file.deps, name) ? several(name) : []),
    out: (name) => single('out', outs, name),
    checkpoint: (name) => single('checkpoint', file.checkpoints, name),
    graph: () => {
      if (file.graph === undefined)
        throw contract(file.stage, 'it asks for the graph without declaring `graph: true`');
      return file.graph;
    },
    writeMetrics: (name, value) => writeFileAtomic(single('metric', file.metrics, name), prettyJson(value)),
    progress: throttled,
    warn: (text) => send({ type: 'warning', text }),
    log: (text) => void process.stdout.write(`${text}\n`),
    record: (key, value) => send({ type: 'record', key, value }),
  };
}

function lookUp<V>(stage: string, kind: string, from: Readonly<Record<string, V>>, name: string): V {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(from);
  const known = names.length === 0 ? 'none' : names.join(', ');
  throw contract(stage, `no ${kind} is named '${name}' (declared: ${known})`, didYouMean(name, names));
}

function contract(stage: string, problem: string, hint?: string): FermentError {
  return new FermentError('STAGE_CONTRACT', `Stage '${stage}' and its program disagree: ${problem}.`, {
    hint: hint ?? 'Change the stage in pipeline.yaml or its program.',
  });
}

/** Messages go out synchronously, so that the last one before a crash is not lost; without a runner they go nowhere. */
function createSender(fdText: string | undefined): (message: StageMessage) => void {
  const fd = Number(fdText);
  if (fdText === undefined || !Number.isInteger(fd)) return () => {};
  return (message) => {
    try {
      writeSync(fd, `${JSON.stringify(message)}\n`);
    } catch {
      // The runner has gone; the work itself is worth finishing.
    }
  };
}

const MESSAGE_INTERVAL_MS = 100;

function createThrottle(send: (message: StageMessage) => void): (progress: Progress) => void {
  let last = 0;
  return (progress) => {
    const now = Date.now();
    if (now - last < MESSAGE_INTERVAL_MS && progress.done < progress.total) return;
    last = now;
    send({ type: 'progress', ...progress });
  };
}
