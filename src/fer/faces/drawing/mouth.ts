import { shade } from '../colours.ts';
import type { FaceParameters } from '../parameters.ts';
import { num, type Pen, type Point } from './pen.ts';

/** Where the parts of a mouth are; all in face coordinates. */
interface MouthShape {
  readonly left: Point;
  readonly right: Point;
  /** Middle of the opening's upper and lower edge. */
  readonly top: number;
  readonly bottom: number;
  readonly upperLip: number;
  readonly lowerLip: number;
}

/** Lips, and between them teeth and tongue. */
export function drawMouth(face: FaceParameters, pen: Pen): string {
  const { person } = face;
  const shape = mouthShape(face);
  const { top, bottom } = shape;
  const l = pen.at(...shape.left);
  const r = pen.at(...shape.right);
  // A quadratic curve reaches half way to its control point.
  const reach = (y: number): number => 2 * y - (shape.left[1] + shape.right[1]) / 2;
  const upperEdge = pen.at(0, reach(top));
  const lowerEdge = pen.at(0, reach(bottom));
  const outerTop = reach(top - shape.upperLip);
  const outerBottom = reach(bottom + shape.lowerLip);
  const bow = pen.at(0, reach(top - shape.upperLip * 0.55));
  const quarter = (shape.right[0] - shape.left[0]) / 4;
  const lips = pen.ink(person.lips);
  const dark = pen.ink(shade(person.lips, 0.3));
  const upper = `M${l}Q${pen.at(-quarter, (outerTop + shape.left[1]) / 2)} ${pen.at(0, top - shape.upperLip * 0.8)}Q${pen.at(quarter, (outerTop + shape.right[1]) / 2)} ${r}Q${bow} ${l}Z`;
  return [
    `<path d="${upper}M${l}Q${upperEdge} ${r}Q${pen.at(0, outerTop)} ${l}Z" fill="${pen.ink(shade(person.lips, 0.86))}"/>`,
    `<path d="M${l}Q${lowerEdge} ${r}Q${pen.at(0, outerBottom)} ${l}Z" fill="${lips}"/>`,
    bottom - top > 0.7 ? drawOpening(face, pen, shape, `M${l}Q${upperEdge} ${r}Q${lowerEdge} ${l}Z`) : '',
    `<path d="M${l}Q${upperEdge} ${r}" fill="none" stroke="${dark}" stroke-width="${num(person.line * 1.7)}" stroke-linecap="round"/>`,
    drawTongueOut(face, pen, shape),
  ].join('');
}

function mouthShape(face: FaceParameters): MouthShape {
  const { person, expression: e } = face;
  const y = person.mouthHeight;
  const half = Math.max(4, person.mouthSize * (1 + 0.45 * e.mouthWidth));
  const open = Math.max(0, e.mouthOpen) * 17;
  const lift = -7 * e.corner;
  const press = 1 - 0.75 * Math.min(1, Math.max(0, e.lipPress));
  const middle =
    2.6 * e.corner - 3 * Math.max(0, e.upperLip) - 1.4 * Math.max(0, e.chinBoss) * (open > 0.7 ? 0 : 1);
  const centre = y + middle;
  const corners = y + lift + open * 0.28;
  return {
    left: [-half, corners - 4.2 * e.sneer],
    right: [half, corners + 1.6 * e.sneer],
    top: centre - open * 0.12,
    bottom: centre + open * 0.88,
    upperLip: 2.1 * person.lipFullness * press * (1 + 0.3 * Math.max(0, e.upperLip)),
    lowerLip: 2.9 * person.lipFullness * press,
  };
}

function drawOpening(face: FaceParameters, pen: Pen, shape: MouthShape, opening: string): string {
  const { expression: e } = face;
  const clip = pen.id('m');
  const height = shape.bottom - shape.top;
  const [x] = pen.seen(0, shape.bottom);
  const [, top] = pen.seen(0, shape.top);
  const [, bottom] = pen.seen(0, shape.bottom);
  const half = shape.right[0] - 1.5;
  const rise = Math.max(0, top - pen.seen(...shape.left)[1]);
  const teeth = (y: number, rows: number, opacity: number): string =>
    rows <= 0.3 || opacity <= 0.1
      ? ''
      : `<rect x="${num(x - half)}" y="${num(y)}" width="${num(2 * half)}" height="${num(rows)}" rx="1.2" fill="#f4f2ea" fill-opacity="${num(Math.min(1, opacity))}"/>`;
  const upperRows = Math.min(height * 0.8, 5.4 * Math.min(1, e.teeth + 0.25));
  const lowerRows = Math.min(height * 0.5, 3.4);
  return [
    `<clipPath id="${clip}"><path d="${opening}"/></clipPath>`,
    `<path d="${opening}" fill="#1d1010"/>`,
    `<g clip-path="url(#${clip})">`,
    e.mouthOpen > 0.4
      ? `<ellipse cx="${num(x)}" cy="${num(bottom + 1)}" rx="${num(half * 0.6)}" ry="${num(height * 0.32)}" fill="${pen.ink([168, 84, 88])}"/>`
      : '',
    teeth(top - rise - 0.5, upperRows + rise, e.teeth * 1.4),
    teeth(bottom - lowerRows, lowerRows + 1, e.lowerTeeth),
    '</g>',
  ].join('');
}

function drawTongueOut(face: FaceParameters, pen: Pen, shape: MouthShape): string {
  const out = face.expression.tongue - 0.45;
  if (out <= 0) return '';
  const length = 4 + 12 * out;
  const y = shape.bottom - 2;
  const w = face.person.mouthSize * 0.42;
  const edge = pen.ink([120, 52, 58]);
  return `<path d="M${pen.at(-w, y)}Q${pen.at(-w * 1.2, y + length)} ${pen.at(0, y + length)}Q${pen.at(w * 1.2, y + length)} ${pen.at(w, y)}Z" fill="${pen.ink([196, 104, 108])}" stroke="${edge}" stroke-width=".6"/><path d="M${pen.at(0, y + 1)}L${pen.at(0, y + length * 0.7)}" stroke="${edge}" stroke-width=".8"/>`;
}
