import type { HistoryRow } from '../results.ts';

/** One column of a training's history by epoch, for a figure; NaN where a row lacks it. */
export function pointsOf(history: readonly HistoryRow[], column: string): (readonly [number, number])[] {
  return history.map((row) => [row['epoch'] ?? 0, row[column] ?? Number.NaN] as const);
}
