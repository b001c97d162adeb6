/** How far a training is and how fast it goes. */
export interface TrainingProgress {
  /** The epoch that runs, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Training images seen, over all epochs. */
  readonly imagesDone: number;
  /** At most: early stopping may end it before. */
  readonly imagesTotal: number;
  readonly imagesPerSecond: number;
  readonly etaSeconds: number;
  /** Running mean of the epoch's training loss. */
  readonly loss: number;
}

const WINDOW_MS = 10_000;

/** Measures speed over the last ten seconds, and the time to go from the whole run, validation included. */
export interface Meter {
  /** Images seen by this process since it started training. */
  add(images: number): void;
  imagesPerSecond(): number;
  etaSeconds(imagesToGo: number): number;
}

export function createMeter(now: () => number = () => performance.now()): Meter {
  const start = now();
  let seen = 0;
  const marks: { readonly at: number; readonly seen: number }[] = [{ at: start, seen: 0 }];
  return {
    add: (images) => {
      seen += images;
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
    etaSeconds: (imagesToGo) => (seen === 0 ? 0 : (((now() - start) / seen) * imagesToGo) / 1000),
  };
}
