import { cutEnd, escapeControl, formatDuration, widthOf } from '../../kit/index.ts';
import type { Progress } from '../../runner/index.ts';

/** One fact about how far a stage is. Where room is short, the least weight goes first. */
export interface Piece {
  readonly text: string;
  readonly weight: number;
}

const BAR_WIDTH = 16;

/** The facts in the order in which they are shown, with a bar in front where it is wanted. */
export function piecesOf(progress: Progress, options: { readonly bar?: boolean } = {}): readonly Piece[] {
  const { done, total, unit, text, rate, values = {}, etaSeconds } = progress;
  const pieces: Piece[] = [];
  if (options.bar === true && total > 0) pieces.push({ text: barOf(progress), weight: 1 });
  pieces.push({ text: text ?? `${done}/${total} ${unit}s`, weight: 5 });
  if (total > 0) pieces.push({ text: `${Math.floor((100 * done) / total)} %`, weight: 6 });
  if (rate !== undefined) pieces.push({ text: `${formatRate(rate)} ${unit}s/s`, weight: 2 });
  for (const [name, value] of Object.entries(values))
    pieces.push({ text: `${name} ${formatValue(value)}`, weight: 3 });
  if (etaSeconds !== undefined) pieces.push({ text: `${formatDuration(etaSeconds * 1000)} left`, weight: 4 });
  return pieces.map((piece) => ({ ...piece, text: escapeControl(piece.text) }));
}

/** How far a stage is: `epoch 3/8 · 41 % · 312 images/s · loss 1.234 · 23 s left`. */
export function describeProgress(progress: Progress): string {
  return joinPieces(piecesOf(progress));
}

/** As many of the pieces as fit into so many columns; of equal weight the last goes first. */
export function fitPieces(pieces: readonly Piece[], columns: number): string {
  const left = [...pieces];
  while (left.length > 1 && widthOf(joinPieces(left)) > columns) {
    const least = Math.min(...left.map(({ weight }) => weight));
    left.splice(
      left.findLastIndex(({ weight }) => weight === least),
      1,
    );
  }
  return cutEnd(joinPieces(left), columns);
}

function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join(' · ');
}

function barOf({ done, total }: Progress): string {
  const filled = Math.max(0, Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * done) / total)));
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
}

function formatRate(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}

function formatValue(value: number): string {
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4 ? value.toFixed(3) : value.toExponential(1);
}
