import { mix, shade } from '../colours.ts';
import type { FaceParameters } from '../parameters.ts';
import { num, type Pen } from './pen.ts';

const EYE_Y = -8.5;

/** Both eyes with lids, irises and tears. */
export function drawEyes(face: FaceParameters, pen: Pen): string {
  return drawEye(face, pen, -1) + drawEye(face, pen, 1);
}

function drawEye(face: FaceParameters, pen: Pen, side: number): string {
  const { person, expression: e } = face;
  const x = side * person.eyeSpacing;
  const half = 6.6 * person.eyeSize;
  const open = Math.max(0.05, 1 + 0.8 * e.eyeOpen) * 4 * person.eyeSize;
  const lower = Math.max(0.3, 2.9 * person.eyeSize * (1 - 0.55 * e.lidTight + 0.25 * Math.max(0, e.eyeOpen)));
  const inner = pen.at(x - side * half, EYE_Y + 0.5);
  const outerY = EYE_Y - person.eyeTilt + 2.2 * Math.max(0, e.lidDroop);
  const outer = pen.at(x + side * half, outerY);
  // Control points lie twice as far out as the curve's summit; the droop moves the summit inwards.
  const bend = x - side * half * 0.25 * e.lidDroop;
  const top = pen.at(bend, EYE_Y - 2 * open + 1.2 * Math.max(0, e.lidDroop));
  const bottom = pen.at(x, EYE_Y + 2 * lower);
  const shape = `M${inner}Q${top} ${outer}Q${bottom} ${inner}Z`;
  const [ix, iy] = pen.seen(x + e.gazeX * 1.8, EYE_Y + e.gazeY * 1.6 + 0.3);
  const clip = pen.id(side < 0 ? 'l' : 'r');
  const lid = pen.ink(shade(person.skin, 0.3));
  const r = 3.9 * person.eyeSize;
  return [
    `<clipPath id="${clip}"><path d="${shape}"/></clipPath>`,
    `<path d="${shape}" fill="${pen.ink(mix([250, 250, 248], person.skin, 0.12))}"/>`,
    `<g clip-path="url(#${clip})"><circle cx="${num(ix)}" cy="${num(iy)}" r="${num(r)}" fill="${pen.ink(person.iris)}"/>`,
    `<circle cx="${num(ix)}" cy="${num(iy)}" r="${num(r * 0.5)}" fill="#0a0a0a"/>`,
    `<circle cx="${num(ix + 1.3)}" cy="${num(iy - 1.4)}" r="${num(r * 0.24)}" fill="#fff"/></g>`,
    `<path d="M${inner}Q${top} ${outer}" fill="none" stroke="${lid}" stroke-width="${num(person.line * 2)}" stroke-linecap="round"/>`,
    `<path d="M${inner}Q${bottom} ${outer}" fill="none" stroke="${lid}" stroke-width="${num(person.line * 0.7)}" stroke-opacity=".65"/>`,
    drawLidFolds(face, pen, side, open, lower),
    e.tear > 0.25 ? drawTear(face, pen, side, lower) : '',
  ].join('');
}

/** The crease above the upper lid, bags under the lower one, crow's feet of a raised cheek. */
function drawLidFolds(face: FaceParameters, pen: Pen, side: number, open: number, lower: number): string {
  const { person, expression: e } = face;
  const x = side * person.eyeSpacing;
  const half = 6.4 * person.eyeSize;
  const stroke = pen.ink(shade(person.skin, 0.55));
  const bag = Math.min(0.9, 0.25 + 0.5 * Math.max(0, e.lidTight) + 0.3 * person.age);
  const feet = Math.min(0.8, 0.7 * Math.max(0, e.cheek) + 0.3 * person.age - 0.2);
  const line = (d: string, opacity: number): string =>
    opacity <= 0.05
      ? ''
      : `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${num(person.line * 0.8)}" stroke-opacity="${num(opacity)}"/>`;
  const crease = EYE_Y - 2 * open - 4;
  return [
    line(
      `M${pen.at(x - side * half, EYE_Y - 3)}Q${pen.at(x, crease)} ${pen.at(x + side * half, EYE_Y - 3 + 2 * Math.max(0, e.lidDroop))}`,
      0.5,
    ),
    line(
      `M${pen.at(x - side * half, EYE_Y + 3.5)}Q${pen.at(x, EYE_Y + 2 * lower + 5)} ${pen.at(x + side * half, EYE_Y + 3)}`,
      bag,
    ),
    line(
      `M${pen.at(x + side * (half + 2), EYE_Y)}L${pen.at(x + side * (half + 6), EYE_Y - 2.5)}M${pen.at(x + side * (half + 2), EYE_Y + 2)}L${pen.at(x + side * (half + 6), EYE_Y + 3)}`,
      feet,
    ),
  ].join('');
}

function drawTear(face: FaceParameters, pen: Pen, side: number, lower: number): string {
  const x = side * (face.person.eyeSpacing + 2);
  const y = EYE_Y + lower + 2;
  const length = 5 + 9 * face.expression.tear;
  return `<path d="M${pen.at(x, y)}Q${pen.at(x - 3.4, y + length)} ${pen.at(x, y + length + 1)}Q${pen.at(x + 3.4, y + length)} ${pen.at(x, y)}Z" fill="#e8f4ff" fill-opacity=".85" stroke="${pen.ink(shade(face.person.skin, 0.6))}" stroke-width=".5"/>`;
}

/** Both brows: bars that thin out, raised, tilted and drawn together. */
export function drawBrows(face: FaceParameters, pen: Pen): string {
  return drawBrow(face, pen, -1) + drawBrow(face, pen, 1);
}

function drawBrow(face: FaceParameters, pen: Pen, side: number): string {
  const { person, expression: e } = face;
  const y = person.browHeight - 1.5 * Math.max(0, e.eyeOpen) + 1.2 * e.noseWrinkle;
  const innerX = side * (person.eyeSpacing - 8.5 - 2.6 * e.browKnit);
  const outerX = side * (person.eyeSpacing + 8.5);
  const innerY = y - 7.2 * e.browInner + 1.2 * Math.max(0, e.browKnit);
  const outerY = y + 2 - 6.4 * e.browOuter;
  const midX = side * (person.eyeSpacing + 1.5);
  const midY = (innerY + outerY) / 2 - 3.2 - 1.6 * Math.min(e.browInner, e.browOuter);
  const t = person.browThickness;
  const colour = pen.ink(mix(shade(person.hair, 0.75), person.skin, 0.08));
  return `<path d="M${pen.at(innerX, innerY - t)}Q${pen.at(midX, midY - t)} ${pen.at(outerX, outerY)}Q${pen.at(midX, midY + t)} ${pen.at(innerX, innerY + t)}Z" fill="${colour}" stroke="${colour}" stroke-width=".8" stroke-linejoin="round"/>`;
}
