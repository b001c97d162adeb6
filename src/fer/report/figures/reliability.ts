import { element, label, linearScale } from '../../../kit/index.ts';
import type { ReliabilityBin } from '../../evaluation/index.ts';
import { colorAt, SAFE_PALETTE } from './colors.ts';
import { drawTitle, drawXAxis, drawYAxis, type Frame } from './frame.ts';
import { figure, QUIET_LINE } from './svg.ts';

const WIDTH = 380;

/** Accuracy against confidence, bin by bin; on the diagonal a model is as sure as it is right. */
export function renderReliability(
  title: string,
  bins: readonly ReliabilityBin[],
  ece: number,
  { series } = SAFE_PALETTE,
): string {
  const frame: Frame = { left: 56, top: 48, right: 356, bottom: 348 };
  const x = linearScale([0, 1], [frame.left, frame.right], { exact: true });
  const y = linearScale([0, 1], [frame.bottom, frame.top], { exact: true });
  const largest = Math.max(1, ...bins.map((bin) => bin.count));
  const color = colorAt(series, 0);
  const bars = bins
    .filter((bin) => bin.count > 0)
    .map((bin) =>
      element('rect', {
        x: x(bin.low) + 0.75,
        y: y(bin.accuracy ?? 0),
        width: x(bin.high) - x(bin.low) - 1.5,
        height: frame.bottom - y(bin.accuracy ?? 0),
        fill: color,
        // Bins with few images weigh less in the eye as they do in the error; the line around them is as strong.
        'fill-opacity': 0.15 + 0.75 * (bin.count / largest),
        stroke: color,
      }),
    );
  // Bars may be anywhere in the frame: what is written stands outside of it.
  return figure(
    { width: WIDTH, height: 396 },
    title,
    drawTitle(frame, title, WIDTH),
    drawYAxis(frame, y, 'accuracy'),
    drawXAxis(frame, x, 'confidence of the answer'),
    ...bars,
    element('line', { x1: x(0), y1: y(0), x2: x(1), y2: y(1), ...QUIET_LINE, 'stroke-dasharray': '4 4' }),
    label(`ECE ${ece.toFixed(3)}`, {
      x: frame.right,
      y: frame.bottom + 34,
      'text-anchor': 'end',
      'font-weight': 600,
    }),
  );
}
