import { element, label, type Scale } from '../../../kit/index.ts';
import { GRID_LINE, QUIET, QUIET_LINE } from './svg.ts';

/** Where the data are drawn inside a figure. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Mean width of a letter of a title. */
const TITLE_LETTER = 8;

/**
 * Title above the frame, in a figure of this width: of one that is too long the middle is left out, since it ends by
 * what is drawn. The figure's caption has the whole.
 */
export function drawTitle({ left, top }: Pick<Frame, 'left' | 'top'>, text: string, width: number): string {
  const most = Math.floor((width - left) / TITLE_LETTER);
  const end = Math.ceil(most * 0.6);
  const shown = text.length <= most ? text : `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
  return label(shown, { x: left, y: top - 16, 'font-size': 14, 'font-weight': 600 });
}

/** Horizontal grid lines with their values at the left, and what they measure. */
export function drawYAxis(frame: Frame, y: Scale, name?: string): string {
  const lines = y.ticks.map((tick) => {
    const at = y(tick);
    return (
      element('line', { x1: frame.left, x2: frame.right, y1: at, y2: at, ...GRID_LINE }) +
      label(String(tick), {
        x: frame.left - 6,
        y: at + 4,
        'text-anchor': 'end',
        'font-size': 11,
        ...QUIET,
      })
    );
  });
  const middle = (frame.top + frame.bottom) / 2;
  const side =
    name === undefined
      ? ''
      : label(name, {
          transform: `translate(14 ${Math.round(middle)}) rotate(-90)`,
          'text-anchor': 'middle',
          'font-size': 11,
          ...QUIET,
        });
  return lines.join('') + side;
}

/** Values under the frame (only whole ones for what is counted; as numbers unless `format` writes them), and what they measure. */
export function drawXAxis(
  frame: Frame,
  x: Scale,
  name: string,
  options: { readonly whole?: boolean; readonly format?: (value: number) => string } = {},
): string {
  const { format = String } = options;
  const ticks = x.ticks
    .filter((tick) => options.whole !== true || Number.isInteger(tick))
    .map((tick) =>
      label(format(tick), {
        x: x(tick),
        y: frame.bottom + 16,
        'text-anchor': 'middle',
        'font-size': 11,
        ...QUIET,
      }),
    );
  const base = element('line', {
    x1: frame.left,
    x2: frame.right,
    y1: frame.bottom,
    y2: frame.bottom,
    ...QUIET_LINE,
  });
  const middle = (frame.left + frame.right) / 2;
  return (
    base +
    ticks.join('') +
    label(name, { x: middle, y: frame.bottom + 32, 'text-anchor': 'middle', 'font-size': 11, ...QUIET })
  );
}

export interface LegendItem {
  readonly name: string;
  readonly color: string;
  readonly dashed?: boolean;
  /** A line sample instead of a filled square. */
  readonly line?: boolean;
  /** Under the name, smaller. */
  readonly remark?: string | undefined;
}

const LEGEND_STEP = 18;
const REMARK_STEP = 13;

/** Units from the top of a legend to its end. */
export function legendHeight(items: readonly LegendItem[]): number {
  return items.reduce((sum, { remark }) => sum + LEGEND_STEP + (remark === undefined ? 0 : REMARK_STEP), 0);
}

/** Units that a legend takes from left to right. */
export function legendWidth(items: readonly LegendItem[]): number {
  const widths = items.map(({ name, remark = '' }) => Math.max(6.6 * name.length, 5.8 * remark.length));
  return 44 + Math.max(...widths, 26);
}

/** A column of names with their colours, from (x, y) downwards. */
export function drawLegend(x: number, y: number, items: readonly LegendItem[]): string {
  return items
    .map((item, i) => {
      const at = y + legendHeight(items.slice(0, i));
      const sample =
        item.line === true
          ? element('line', {
              x1: x,
              x2: x + 18,
              y1: at - 4,
              y2: at - 4,
              stroke: item.color,
              'stroke-width': 2.5,
              'stroke-dasharray': item.dashed === true ? '5 4' : undefined,
            })
          : element('rect', { x: x + 3, y: at - 10, width: 12, height: 12, rx: 2, fill: item.color });
      const remark =
        item.remark === undefined
          ? ''
          : label(item.remark, { x: x + 24, y: at + REMARK_STEP, 'font-size': 10, ...QUIET });
      return sample + label(item.name, { x: x + 24, y: at, 'font-size': 11.5 }) + remark;
    })
    .join('');
}
