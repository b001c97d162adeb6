import { element, label, linearScale, plural, type Scale } from '../../../kit/index.ts';
import { colorAt, SAFE_PALETTE } from './colors.ts';
import { drawTitle, drawXAxis, drawYAxis, type Frame } from './frame.ts';
import { figure, QUIET } from './svg.ts';

/** A model by what it costs and what it reaches; accuracies are shares. */
export interface SizedModel {
  readonly name: string;
  readonly parameters: number;
  /** Multiplications with additions for one image. */
  readonly multiplyAdds: number;
  readonly accuracy: number;
  readonly interval?: { readonly low: number; readonly high: number } | undefined;
  /** What somebody else reached with the same net: drawn hollow. */
  readonly reported?: number | undefined;
}

const PANEL_WIDTH = 330;
const HEIGHT = 330;
const GAP = 34;
const LEFT = 56;
/** Letters of a name that fit beside a point in the middle of a panel. */
const LONGEST_NAME = 24;

/** Accuracy with its interval against parameters and against multiply-adds, both on logarithmic axes. */
export function renderSizes(title: string, models: readonly SizedModel[], { series } = SAFE_PALETTE): string {
  const top = 48;
  const bottom = HEIGHT - 48;
  const values = models.flatMap(({ accuracy, interval, reported }) => [
    accuracy,
    interval?.low ?? accuracy,
    interval?.high ?? accuracy,
    reported ?? accuracy,
  ]);
  const y = linearScale([100 * Math.min(...values), 100 * Math.max(...values)], [bottom, top]);
  const frames = [0, 1].map((i): Frame => {
    const left = LEFT + i * (PANEL_WIDTH + GAP);
    return { left, right: left + PANEL_WIDTH, top, bottom };
  });
  const costs = [
    { name: 'parameters', of: (model: SizedModel) => model.parameters },
    { name: 'multiply-adds for one image', of: (model: SizedModel) => model.multiplyAdds },
  ];
  const width = LEFT + 2 * PANEL_WIDTH + GAP + 16;
  return figure(
    { width, height: HEIGHT },
    title,
    ...frames.flatMap((frame, i) => {
      const cost = costs[i];
      return cost === undefined
        ? []
        : drawPanel(frame, y, models, { ...cost, isFirst: i === 0, title, series });
    }),
  );
}

function drawPanel(
  frame: Frame,
  y: Scale,
  models: readonly SizedModel[],
  {
    name,
    of,
    isFirst,
    title,
    series,
  }: {
    readonly name: string;
    readonly of: (model: SizedModel) => number;
    readonly isFirst: boolean;
    readonly title: string;
    readonly series: readonly string[];
  },
): string[] {
  const x = logScale(models.map(of), [frame.left + 12, frame.right - 12]);
  return [
    isFirst ? drawTitle(frame, title, frame.right - 130) : '',
    drawYAxis(frame, y, isFirst ? 'accuracy, per cent' : undefined),
    drawXAxis(frame, x, name, { format: short }),
    ...models.map((model, i) => drawModel(model, x(of(model)), y, colorAt(series, i))),
    ...drawNames(
      models.map((model) => ({ name: shortened(model.name), x: x(of(model)), y: y(100 * model.accuracy) })),
      frame,
    ),
  ];
}

interface Named {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Each name beside its point, where it covers neither another point nor a name: right, left, below or above. Where there
 * is no such place it is left out, and said: names over each other cannot be read.
 */
function drawNames(points: readonly Named[], frame: Frame): string[] {
  const taken: Box[] = points.map(({ x, y }) => boxAround(x, y, 6, 6));
  let without = 0;
  const names = points.map(({ name, x, y }, i) => {
    const half = 3.3 * name.length;
    const inside = Math.max(frame.left + half + 1, Math.min(frame.right - half - 1, x));
    const places = [
      { anchor: 'start', x: x + 9, y: y + 4, middle: x + 9 + half },
      { anchor: 'end', x: x - 9, y: y + 4, middle: x - 9 - half },
      { anchor: 'middle', x: inside, y: y + 20, middle: inside },
      { anchor: 'middle', x: inside, y: y - 11, middle: inside },
    ].map((place) => ({ ...place, box: boxAround(place.middle, place.y - 4, half, 7) }));
    const others = taken.filter((_, k) => k !== i);
    const isFree = ({ box }: { readonly box: Box }): boolean =>
      box.left > frame.left && box.right < frame.right && !others.some((other) => overlaps(box, other));
    const place = places.find(isFree);
    if (place === undefined) {
      without++;
      return '';
    }
    taken.push(place.box);
    return label(name, { x: place.x, y: place.y, 'text-anchor': place.anchor, 'font-size': 11.5 });
  });
  return without === 0 ? names : [...names, noteOf(without, points.length, frame)];
}

function noteOf(without: number, all: number, { right, top }: Frame): string {
  const text = `no room for ${without} of ${plural(all, 'name')}`;
  return label(text, { x: right, y: top - 16, 'text-anchor': 'end', 'font-size': 11, ...QUIET });
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function boxAround(x: number, y: number, halfWidth: number, halfHeight: number): Box {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function drawModel(model: SizedModel, x: number, y: Scale, color: string): string {
  const { accuracy, interval, reported } = model;
  const at = y(100 * accuracy);
  return [
    interval === undefined
      ? ''
      : element('line', {
          x1: x,
          x2: x,
          y1: y(100 * interval.low),
          y2: y(100 * interval.high),
          stroke: color,
          'stroke-width': 2,
        }),
    element('circle', { cx: x, cy: at, r: 5, fill: color }),
    reported === undefined
      ? ''
      : element('circle', {
          cx: x,
          cy: y(100 * reported),
          r: 4.5,
          fill: 'none',
          stroke: color,
          'stroke-width': 2,
        }),
  ].join('');
}

/** Ticks are 1, 2 and 5 times powers of ten; the domain reaches a little beyond the values. */
function logScale(values: readonly number[], range: readonly [number, number]): Scale {
  const [low, high] = [Math.min(...values) / 1.5, Math.max(...values) * 1.5];
  const [from, to] = range;
  const scale = (value: number): number =>
    from + (Math.log(value / low) / Math.log(high / low)) * (to - from);
  const decades = Math.log10(high / low);
  const steps = decades > 2.5 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return Object.assign(scale, { domain: [low, high] as const, range, ticks });
}

/** 300000 is `300 k`. */
function short(value: number): string {
  if (value >= 1e9) return `${value / 1e9} G`;
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}
