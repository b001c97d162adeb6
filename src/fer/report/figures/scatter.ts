import { element, label } from '../../../kit/index.ts';
import { colorAt, type Palette, SAFE_PALETTE } from './colors.ts';
import { drawLegend, drawTitle } from './frame.ts';
import { rasterised } from './raster.ts';
import { figure, HALO, PANEL, QUIET } from './svg.ts';

export interface ScatterPlot {
  readonly title: string;
  readonly note: string;
  /** float32 [n, 2], row by row. */
  readonly points: Float32Array;
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
}

const SIDE = 440;
const LEFT = 12;
const TOP = 36;
/** Above this many points the dots are one picture inside the figure: a browser draws no 7,000 circles gladly. */
const MOST_CIRCLES = 2000;

/** A map of points coloured by class, and where in the figure they are; the axes of t-SNE mean nothing and are not drawn. */
export async function renderScatter(
  plot: ScatterPlot,
  { classes: colors, onDark }: Palette = SAFE_PALETTE,
): Promise<{ readonly svg: string; readonly positions: Float32Array }> {
  const place = placer(plot.points);
  const count = plot.labels.length;
  const radius = count > 3000 ? 1.3 : count > 1000 ? 1.8 : 2.6;
  const circles: string[] = [];
  const positions = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [cx, cy] = place(i);
    positions.set([LEFT + cx, TOP + cy], 2 * i);
    circles.push(
      element('circle', {
        cx,
        cy,
        r: radius,
        fill: colorAt(colors, plot.labels[i] ?? 0),
      }),
    );
  }
  const dots = element('g', { ...HALO, 'stroke-width': radius / 4 }, ...circles);
  const svg = figure(
    { width: SIDE + 130, height: SIDE + TOP + 38 },
    plot.title,
    drawTitle({ left: LEFT, top: 40 }, plot.title, SIDE + 130),
    element('rect', { x: LEFT, y: TOP, width: SIDE, height: SIDE, ...PANEL }),
    element(
      'g',
      { transform: `translate(${LEFT} ${TOP})` },
      count > MOST_CIRCLES ? await rasterised(dots, SIDE, onDark) : dots,
    ),
    drawLegend(
      SIDE + 26,
      TOP + 20,
      plot.classes.map((name, i) => ({ name, color: colorAt(colors, i) })),
    ),
    label(plot.note, { x: LEFT, y: SIDE + TOP + 22, 'font-size': 11, ...QUIET }),
  );
  return { svg, positions };
}

/** Maps point i into the square with one scale for both axes, so that distances stay comparable. */
function placer(points: Float32Array): (i: number) => readonly [number, number] {
  let [lowX, highX, lowY, highY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] ?? 0;
    const y = points[i + 1] ?? 0;
    lowX = Math.min(lowX, x);
    highX = Math.max(highX, x);
    lowY = Math.min(lowY, y);
    highY = Math.max(highY, y);
  }
  const span = Math.max(highX - lowX, highY - lowY) || 1;
  const scale = (SIDE - 24) / span;
  const middleX = (lowX + highX) / 2;
  const middleY = (lowY + highY) / 2;
  return (i) => [
    SIDE / 2 + ((points[2 * i] ?? 0) - middleX) * scale,
    SIDE / 2 - ((points[2 * i + 1] ?? 0) - middleY) * scale,
  ];
}
