import type { Params } from '../../params/index.ts';

type Metric = Params['select']['metric'];

/** What one run of the sweep scored on validation, at its kept epoch. */
export interface RunScores {
  readonly configuration: string;
  readonly macroF1: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly keptEpoch: number;
}

export interface Ranking {
  /** Best first: the tied ones by loss, then the others by the metric; equal ones in the order given. */
  readonly ranking: readonly RunScores[];
  /** Why the first is first, as a sentence. */
  readonly reason: string;
}

const NAMES: Readonly<Record<Metric, string>> = { macroF1: 'macro-F1', accuracy: 'accuracy', loss: 'loss' };

/**
 * Ranks runs by the metric. Those within `tieMargin` of the best are a tie, which the lower validation loss wins.
 * `runs` must not be empty.
 */
export function rankRuns(runs: readonly RunScores[], { metric, tieMargin }: Params['select']): Ranking {
  const worth = (run: RunScores): number => (metric === 'loss' ? -run.loss : run[metric]);
  const byMetric = [...runs].sort((a, b) => worth(b) - worth(a));
  const [best] = byMetric;
  if (best === undefined) throw new RangeError('rankRuns() needs a run');
  // The margin itself is a tie too, also where the subtraction rounds.
  const isTied = (run: RunScores): boolean => worth(best) - worth(run) <= tieMargin + 1e-12;
  const tied = byMetric.filter(isTied).sort((a, b) => a.loss - b.loss);
  const ranking = [...tied, ...byMetric.filter((run) => !isTied(run))];
  const [first = best] = ranking;
  return { ranking, reason: reasonFor(first, byMetric, metric, tieMargin) };
}

function reasonFor(
  first: RunScores,
  byMetric: readonly RunScores[],
  metric: Metric,
  tieMargin: number,
): string {
  const [best = first, second] = byMetric;
  const name = NAMES[metric];
  const superlative = metric === 'loss' ? 'lowest' : 'highest';
  const score = (run: RunScores): string => run[metric].toFixed(4);
  if (second === undefined)
    return `${first.configuration} is the only configuration; its ${name} on validation is ${score(first)}.`;
  if (first !== best) {
    return (
      `${first.configuration} (${name} ${score(first)}) is within ${tieMargin} of the ${superlative} ${name} on validation, ` +
      `${score(best)} of ${best.configuration}, and has the lower validation loss: ${first.loss.toFixed(4)} against ${best.loss.toFixed(4)}.`
    );
  }
  const gap = Math.abs(best[metric] - second[metric]);
  const close = gap <= tieMargin ? ', a tie that its lower validation loss wins' : '';
  return (
    `${first.configuration} has the ${superlative} ${name} on validation among ${byMetric.length} configurations: ${score(first)}, ` +
    `${gap.toFixed(4)} ahead of ${second.configuration}${close}.`
  );
}
