import { compareBytes } from '../../kit/index.ts';

/** How the answers fare on the samples of one origin. */
export interface OriginScores {
  readonly origin: string;
  readonly samples: number;
  readonly accuracy: number;
}

/** Accuracy by where the sample came from (`original`, `injected`, …), origins sorted by bytes. */
export function accuracyByOrigin(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  origins: readonly string[],
): OriginScores[] {
  const tally = new Map<string, { samples: number; hits: number }>();
  origins.forEach((origin, i) => {
    const row = tally.get(origin) ?? { samples: 0, hits: 0 };
    tally.set(origin, row);
    row.samples++;
    if (labels[i] === predictions[i]) row.hits++;
  });
  return [...tally]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([origin, { samples, hits }]) => ({ origin, samples, accuracy: hits / samples }));
}
