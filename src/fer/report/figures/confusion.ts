import { element, label } from '../../../kit/index.ts';
import { drawTitle } from './frame.ts';
import { figure, PANEL, QUIET } from './svg.ts';

const CELL = 54;
const LEFT = 92;
const TOP = 72;

/** Rows are the true class, columns the answer; shade and upper figure are the share of the row, the lower the count. */
export function renderConfusion(
  title: string,
  classes: readonly string[],
  confusion: readonly (readonly number[])[],
): string {
  const side = CELL * classes.length;
  const cells = confusion.flatMap((row, r) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map((count, c) => drawCell(r, c, count, total === 0 ? undefined : count / total));
  });
  const names = classes.flatMap((name, i) => [
    label(name, { x: LEFT - 8, y: TOP + (i + 0.5) * CELL + 4, 'text-anchor': 'end' }),
    label(name, { x: LEFT + (i + 0.5) * CELL, y: TOP - 8, 'text-anchor': 'middle' }),
  ]);
  const width = LEFT + side + 24;
  return figure(
    { width, height: TOP + side + 34 },
    title,
    drawTitle({ left: 12, top: 38 }, title, width),
    label('answer', {
      x: LEFT + side / 2,
      y: TOP - 28,
      'text-anchor': 'middle',
      'font-size': 11,
      ...QUIET,
    }),
    label('truth', {
      transform: `translate(14 ${TOP + side / 2}) rotate(-90)`,
      'text-anchor': 'middle',
      'font-size': 11,
      ...QUIET,
    }),
    ...cells,
    ...names,
    label('share of the true class, number of images', {
      x: LEFT,
      y: TOP + side + 20,
      'font-size': 11,
      ...QUIET,
    }),
  );
}

/** `share` is undefined where there is no image of the class. */
function drawCell(row: number, column: number, count: number, share: number | undefined): string {
  const x = LEFT + column * CELL;
  const y = TOP + row * CELL;
  // From the ground to a deep blue, on which text turns white where ink is harder to read.
  const depth = share ?? 0;
  const shade = { fill: '#08519c', 'fill-opacity': depth ** 0.8 };
  const isDeep = depth > 0.62;
  const quiet = depth > 0.05 ? {} : QUIET;
  const middle = x + CELL / 2;
  return (
    element('rect', { x, y, width: CELL - 2, height: CELL - 2, rx: 3, ...PANEL }) +
    element('rect', { x, y, width: CELL - 2, height: CELL - 2, rx: 3, ...shade }) +
    label(share === undefined ? '–' : `${Math.round(share * 100)} %`, {
      x: middle - 1,
      y: y + 25,
      'text-anchor': 'middle',
      ...(isDeep ? { fill: '#ffffff' } : {}),
    }) +
    label(String(count), {
      x: middle - 1,
      y: y + 40,
      'text-anchor': 'middle',
      'font-size': 10,
      ...(isDeep ? { fill: '#ffffff' } : quiet),
    })
  );
}
