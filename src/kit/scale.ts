/** Maps data to pixels; `ticks` are round values inside the domain. */
export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly ticks: readonly number[];
}

/** Beyond these, differences and ratios of numbers overflow or vanish; no chart shows them. */
const LARGEST = 1e300;
const SMALLEST = 1e-100;

/**
 * A linear scale; the domain is widened to round ticks unless `exact`. A domain of one value gets width 1, or as much
 * as numbers of its size can tell apart.
 */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  options: { readonly count?: number; readonly exact?: boolean } = {},
): Scale {
  let [low, high] = tellApart(domain);
  const step = niceStep((high - low) / (options.count ?? 5));
  if (options.exact !== true) {
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
  }
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(cleanUp(i * step));
  const [from, to] = range;
  const scale = (value: number): number => from + ((value - low) / (high - low)) * (to - from);
  return Object.assign(scale, { domain: [low, high] as const, range, ticks });
}

function tellApart(domain: readonly [number, number]): [number, number] {
  const [low, high] = domain.map((value) => Math.min(LARGEST, Math.max(-LARGEST, value || 0)));
  if (low === undefined || high === undefined) return [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const isWide = high - low > Math.max(SMALLEST, size * 1e-9);
  return [low, isWide ? high : low + Math.max(1, size * 1e-6)];
}

/** 1, 2 or 5 times a power of ten, at least `raw`. */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((f) => f * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function cleanUp(value: number): number {
  return Number(value.toPrecision(12));
}
