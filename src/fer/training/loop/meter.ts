/** How far a training is and how fast it goes, in the form in which a stage reports it. */
export interface TrainingProgress {
  /** Training images seen, over all epochs, or images of the work that `text` names. */
  readonly done: number;
  /** At most: early stopping may end it before. */
  readonly total: number;
  readonly unit: 'image';
  /** `epoch 3/15`, or what is done before the first. */
  readonly text: string;
  /** Images a second over the last while. */
  readonly rate?: number;
  readonly etaSeconds?: number;
  /** Running means of the epoch. */
  readonly values?: { readonly loss: number; readonly accuracy: number };
}

const WINDOW_MS = 10_000;

/** Measures speed over the last ten seconds, and the time to go from the whole run, validation included. */
export interface Meter {
  /** Images seen by this process since the last call, and the work that they were, in any unit. */
  add(images: number, work: number): void;
  imagesPerSecond(): number;
  etaSeconds(workToGo: number): number;
}

export function createMeter(now: () => number = () => performance.now()): Meter {
  const start = now();
  let seen = 0;
  let worked = 0;
  const marks: { readonly at: number; readonly seen: number }[] = [{ at: start, seen: 0 }];
  return {
    add: (images, work) => {
      seen += images;
      worked += work;
      const at = now();
      marks.push({ at, seen });
      while (marks.length > 2 && at - (marks[0]?.at ?? at) > WINDOW_MS) marks.shift();
    },
    imagesPerSecond: () => {
      const first = marks[0];
      const last = marks.at(-1);
      if (first === undefined || last === undefined || last.at <= first.at) return 0;
      return ((last.seen - first.seen) * 1000) / (last.at - first.at);
    },
    etaSeconds: (workToGo) => (worked === 0 ? 0 : (((now() - start) / worked) * workToGo) / 1000),
  };
}
