import type { TensorState, Trainer } from '../../../engine/index.ts';
import { type Digest, FermentError } from '../../../kit/index.ts';
import { STOPPING_START, type StoppingState } from '../schedule/early-stopping.ts';
import { type ScheduleState, startSchedule } from '../schedule/schedule.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { EpochRecord } from './history.ts';

/** Where a training saves itself after every epoch, and under which configuration. */
export interface CheckpointPlace {
  readonly path: string;
  /** Digest of everything that decides the outcome; a checkpoint of another one is not used. */
  readonly config: Digest;
}

/** What a training knows between two epochs, beside its tensors. JSON. */
export interface Progress {
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights are kept, 0 before the first. */
  readonly keptEpoch: number;
  readonly schedule: ScheduleState;
  readonly stopping: StoppingState;
}

type Tensors = ReadonlyMap<string, TensorState>;

/** A training between two epochs: what it knows and the weights that it keeps. */
export interface Session {
  readonly progress: Progress;
  /** Weights of the kept epoch, under the trainer's names. */
  readonly kept: Tensors;
}

const STATE = 'state/';
const KEPT = 'kept/';
const WEIGHTS = 'weights/';
const AVERAGE = 'average/';

/**
 * A checkpoint's session, with the trainer set back to it, or a new one. A checkpoint that cannot be used
 * costs the epochs that it holds and nothing else: `warn` says why, and the training starts from the beginning.
 */
export function openSession(
  trainer: Trainer,
  learningRate: number,
  place: CheckpointPlace | undefined,
  warn: (text: string) => void,
): Session {
  const start: Session = {
    progress: { history: [], keptEpoch: 0, schedule: startSchedule(learningRate), stopping: STOPPING_START },
    kept: new Map(),
  };
  if (place === undefined) return start;
  const found = readCheckpoint<Progress>(place.path, place.config);
  if (found.kind === 'none') return start;
  if (found.kind === 'unusable') {
    warn(`The checkpoint ${place.path} is not used: ${found.why}. Training starts from the beginning.`);
    return start;
  }
  const { progress, tensors } = found;
  trainer.restore(withPrefix(tensors, STATE));
  // The kept weights are not stored twice when they are those of the last epoch.
  const kept =
    progress.keptEpoch === progress.history.length ? weightsOf(trainer) : withPrefix(tensors, KEPT);
  return { progress, kept };
}

export function saveSession(trainer: Trainer, session: Session, place: CheckpointPlace): void {
  const { progress, kept } = session;
  const tensors = new Map<string, TensorState>();
  for (const [name, tensor] of trainer.state()) tensors.set(`${STATE}${name}`, tensor);
  if (progress.keptEpoch !== progress.history.length)
    for (const [name, tensor] of kept) tensors.set(`${KEPT}${name}`, tensor);
  writeCheckpoint(place.path, place.config, { progress, tensors });
}

/** A copy of the weights and moving statistics that predict: their running means, where the trainer keeps them. */
export function weightsOf(trainer: Trainer): Tensors {
  const weights = new Map<string, TensorState>();
  for (const [name, tensor] of trainer.state()) {
    if (name.startsWith(AVERAGE)) weights.set(`${WEIGHTS}${name.slice(AVERAGE.length)}`, tensor);
    else if (name.startsWith(WEIGHTS) && !weights.has(name)) weights.set(name, tensor);
  }
  return weights;
}

/** Puts kept weights back into the model; the optimizer's own state stays as it is. */
export function restoreWeights(trainer: Trainer, kept: Tensors): void {
  if (kept.size === 0) throw new FermentError('INTERNAL', 'No weights were kept.');
  trainer.restore(new Map([...trainer.state(), ...kept]));
}

function withPrefix(tensors: Tensors, prefix: string): Tensors {
  return new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}
