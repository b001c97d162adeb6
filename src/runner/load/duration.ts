const UNITS_MS: Readonly<Record<string, number>> = {
  '': 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Longest time that a timer of Node can wait: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of `90s`, `15m`, `1.5h`, `2d`, `250ms`, or a number of seconds; undefined for anything else. */
export function parseDuration(duration: unknown): number | undefined {
  if (typeof duration !== 'number' && typeof duration !== 'string') return undefined;
  const match = /^\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(ms|s|m|min|h|d)?\s*$/.exec(String(duration));
  const unit = UNITS_MS[match?.[2] ?? ''];
  if (match === null || unit === undefined) return undefined;
  const ms = Math.round(Number(match[1]) * unit);
  return ms <= LONGEST_MS ? ms : undefined;
}
