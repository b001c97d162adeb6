import { mix, shade } from '../colours.ts';
import type { FaceParameters } from '../parameters.ts';
import { num, type Pen } from './pen.ts';

/** Background, in the frame and not on the head. */
export function drawBackdrop(face: FaceParameters, pen: Pen): string {
  const { colour, second, angle, blobs } = face.backdrop;
  const id = pen.id('b');
  const [dx, dy] = [Math.cos(angle) / 2, Math.sin(angle) / 2];
  return [
    `<linearGradient id="${id}" x1="${num(0.5 - dx)}" y1="${num(0.5 - dy)}" x2="${num(0.5 + dx)}" y2="${num(0.5 + dy)}">`,
    `<stop stop-color="${pen.ink(colour)}"/><stop offset="1" stop-color="${pen.ink(second)}"/></linearGradient>`,
    `<rect x="-50" y="-50" width="100" height="100" fill="url(#${id})"/>`,
    ...blobs.map(
      (blob) =>
        `<circle cx="${num(blob.x)}" cy="${num(blob.y)}" r="${num(blob.r)}" fill="${pen.ink(blob.colour)}" fill-opacity=".6"/>`,
    ),
  ].join('');
}

/** Neck, shoulders, ears, and the head without features. */
export function drawHead(face: FaceParameters, pen: Pen): string {
  const { person, light } = face;
  const { skin, headWidth: w } = person;
  const id = pen.id('s');
  const edge = pen.ink(shade(skin, 0.68));
  const ear = (side: number): string => {
    const [x, y] = pen.seen(side * w * 1.0, -3);
    return `<ellipse cx="${num(x)}" cy="${num(y)}" rx="4.6" ry="7.5" fill="${pen.ink(shade(skin, 0.86))}" stroke="${edge}" stroke-width="${num(person.line)}"/>`;
  };
  return [
    `<radialGradient id="${id}" cx="${num(0.5 + light.x * 0.5)}" cy="${num(0.42 + light.y * 0.4)}" r=".72">`,
    `<stop stop-color="${pen.ink(shade(skin, 1.05))}"/><stop offset=".6" stop-color="${pen.ink(skin)}"/>`,
    `<stop offset="1" stop-color="${pen.ink(shade(skin, 0.72))}"/></radialGradient>`,
    drawBody(face, pen),
    ear(-1),
    ear(1),
    `<path d="${headOutline(face, pen)}" fill="url(#${id})" stroke="${edge}" stroke-width="${num(person.line)}"/>`,
  ].join('');
}

function drawBody(face: FaceParameters, pen: Pen): string {
  const { person, backdrop } = face;
  const neck = person.headWidth * 0.55;
  const chin = chinHeight(face);
  const top = chin - 8;
  return [
    `<path d="M${num(-neck)} ${num(top)}L${num(-neck * 1.08)} ${num(chin + 14)}L${num(neck * 1.08)} ${num(chin + 14)}L${num(neck)} ${num(top)}Z" fill="${pen.ink(shade(person.skin, 0.66))}"/>`,
    `<path d="M-70 90Q-62 ${num(chin + 10)} ${num(-neck * 1.1)} ${num(chin + 7)}Q0 ${num(chin + 18)} ${num(neck * 1.1)} ${num(chin + 7)}Q62 ${num(chin + 10)} 70 90Z" fill="${pen.ink(backdrop.clothes)}"/>`,
  ].join('');
}

/** Height of the chin: an open mouth drops the jaw. */
export function chinHeight(face: FaceParameters): number {
  return face.person.headHeight + 5 * Math.max(0, face.expression.mouthOpen);
}

/** The closed outline of the head; the chin follows the turn. */
export function headOutline(face: FaceParameters, pen: Pen): string {
  const { headWidth: w, headHeight: h, jawWidth } = face.person;
  const chin = chinHeight(face);
  const jaw = w * jawWidth;
  const drift = pen.seen(0, h * 0.7)[0] * 0.75;
  const left = (x: number): string => num(-x + drift * 0.35);
  const right = (x: number): string => num(x + drift * 0.35);
  const x = (value: number): string => num(value + drift);
  return [
    `M${left(w)} -8`,
    `C${left(w * 1.02)} ${num(-h * 0.72)} ${left(w * 0.62)} ${num(-h)} ${num(drift * 0.1)} ${num(-h)}`,
    `C${right(w * 0.62)} ${num(-h)} ${right(w * 1.02)} ${num(-h * 0.72)} ${right(w)} -8`,
    `C${right(w * 0.98)} ${num(h * 0.35)} ${x(jaw * 1.05)} ${num(h * 0.62)} ${x(jaw * 0.72)} ${num(h * 0.82)}`,
    `C${x(jaw * 0.4)} ${num(chin * 1.02)} ${x(-jaw * 0.4)} ${num(chin * 1.02)} ${x(-jaw * 0.72)} ${num(h * 0.82)}`,
    `C${x(-jaw * 1.05)} ${num(h * 0.62)} ${left(w * 0.98)} ${num(h * 0.35)} ${left(w)} -8Z`,
  ].join('');
}

/** Beard and moustache, under the mouth. */
export function drawBeard(face: FaceParameters, pen: Pen): string {
  const { person, expression } = face;
  if (person.beard === 'none') return '';
  const dark = pen.ink(mix(person.hair, person.skin, 0.15));
  const y = person.mouthHeight - 4.5 - Math.max(0, expression.upperLip) * 1.5;
  const m = person.mouthSize;
  const moustache = `<path d="M${pen.at(-m, y + 4)}Q${pen.at(-m * 0.5, y - 3)} ${pen.at(0, y - 1)}Q${pen.at(m * 0.5, y - 3)} ${pen.at(m, y + 4)}Q${pen.at(0, y + 1.5)} ${pen.at(-m, y + 4)}Z" fill="${dark}"/>`;
  if (person.beard === 'moustache') return moustache;
  const { headWidth: w, headHeight: h } = person;
  const chin = chinHeight(face);
  const cover = `<path d="M${pen.at(-w * 0.95, 2)}Q${pen.at(-w * 0.86, h * 0.5)} ${pen.at(-w * 0.5, h * 0.86)}Q${pen.at(0, chin * 1.04)} ${pen.at(w * 0.5, h * 0.86)}Q${pen.at(w * 0.86, h * 0.5)} ${pen.at(w * 0.95, 2)}Q${pen.at(w * 0.72, 16)} ${pen.at(m, y + 2)}Q${pen.at(0, y - 2)} ${pen.at(-m, y + 2)}Q${pen.at(-w * 0.72, 16)} ${pen.at(-w * 0.95, 2)}Z" fill="${dark}"`;
  return person.beard === 'stubble'
    ? `${cover} fill-opacity=".28"/>`
    : `${cover} fill-opacity=".9"/>${moustache}`;
}
