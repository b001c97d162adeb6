import { shade } from '../colours.ts';
import type { FaceParameters } from '../parameters.ts';
import { num, type Pen } from './pen.ts';

/** Hair behind the head. */
export function drawBackHair(face: FaceParameters, pen: Pen): string {
  const { hairStyle, hair, headWidth: w, headHeight: h } = face.person;
  const fill = pen.ink(shade(hair, 0.82));
  if (hairStyle === 'long') {
    return `<path d="M${num(-w - 6)} ${num(h)}C${num(-w - 12)} ${num(-h)} ${num(-w * 0.7)} ${num(-h - 9)} 0 ${num(-h - 8)}C${num(w * 0.7)} ${num(-h - 9)} ${num(w + 12)} ${num(-h)} ${num(w + 6)} ${num(h)}Z" fill="${fill}"/>`;
  }
  if (hairStyle === 'bun') return `<circle cx="0" cy="${num(-h - 5)}" r="10" fill="${fill}"/>`;
  if (hairStyle === 'curly') return curls(face, fill);
  return '';
}

function curls(face: FaceParameters, fill: string): string {
  const { headWidth: w, headHeight: h } = face.person;
  const count = 11;
  return Array.from({ length: count }, (_, i) => {
    const t = Math.PI * (0.98 + (1.04 * i) / (count - 1));
    return `<circle cx="${num(Math.cos(t) * (w + 1))}" cy="${num(Math.sin(t) * (h - 1) - 2)}" r="9" fill="${fill}"/>`;
  }).join('');
}

/** Hair before the forehead: a cap between the outline of the skull and the hairline. */
export function drawFrontHair(face: FaceParameters, pen: Pen): string {
  const { hairStyle, hair } = face.person;
  if (hairStyle === 'bald') return '';
  const fill = pen.ink(hair);
  const edge = pen.ink(shade(hair, 0.7));
  return `<path d="${capOutline(face)}${hairlineOf(face, pen)}Z" fill="${fill}" stroke="${edge}" stroke-width="${num(face.person.line * 0.8)}"/>`;
}

function capOutline(face: FaceParameters): string {
  const { hairStyle, headWidth: w, headHeight: h } = face.person;
  const low = hairStyle === 'long' ? 12 : hairStyle === 'short' || hairStyle === 'parted' ? -8 : -4;
  const top = h + (hairStyle === 'bun' ? 2 : 5);
  const side = w + 1.6;
  return `M${num(-side)} ${low}C${num(-side - 3)} ${num(-top * 0.8)} ${num(-w * 0.6)} ${num(-top)} 0 ${num(-top)}C${num(w * 0.6)} ${num(-top)} ${num(side + 3)} ${num(-top * 0.8)} ${num(side)} ${low}`;
}

function hairlineOf(face: FaceParameters, pen: Pen): string {
  const { hairStyle, headWidth: w, hairline: y } = face.person;
  const temple = w * 0.88;
  switch (hairStyle) {
    case 'fringe':
      return `L${pen.at(temple, -17)}Q${pen.at(0, y + 12)} ${pen.at(-temple, -17)}`;
    case 'parted':
      return `L${pen.at(temple, -20)}Q${pen.at(temple * 0.6, y)} ${pen.at(temple * 0.3, y - 4)}Q${pen.at(-temple * 0.6, y + 3)} ${pen.at(-temple, -14)}`;
    case 'long':
      return `L${pen.at(temple * 0.98, -6)}Q${pen.at(temple * 0.85, y + 2)} ${pen.at(0, y - 3)}Q${pen.at(-temple * 0.85, y + 2)} ${pen.at(-temple * 0.98, -6)}`;
    default:
      return `L${pen.at(temple, -16)}Q${pen.at(temple * 0.9, y)} ${pen.at(temple * 0.4, y)}L${pen.at(-temple * 0.4, y)}Q${pen.at(-temple * 0.9, y)} ${pen.at(-temple, -16)}`;
  }
}
