/** How many points of each command are tried, unless FERMENT_FAULTS says `all` or another number. */
const DEFAULT_POINTS = 5;

/**
 * At which of a command's changes a fault is tried: all of them with FERMENT_FAULTS=all, else a sample that is spread
 * over the command and differs from day to day, so that many runs of the suite see all points.
 */
export function pointsOf(changes: number): readonly number[] {
  const wanted = process.env['FERMENT_FAULTS'];
  const number = wanted === undefined ? DEFAULT_POINTS : Number(wanted);
  if (wanted === 'all' || number >= changes) return Array.from({ length: changes }, (_, i) => i + 1);
  const step = changes / number;
  const shift = ((Date.now() / 86_400_000) % 1) * step;
  return Array.from({ length: number }, (_, i) => 1 + Math.floor(i * step + shift));
}
