import { mix, shade } from '../colours.ts';
import type { FaceParameters } from '../parameters.ts';
import { num, type Pen } from './pen.ts';

/** Nose with the wrinkles of disgust. */
export function drawNose(face: FaceParameters, pen: Pen): string {
  const { person, expression: e } = face;
  const tip = -4 + person.noseLength - 1.2 * Math.max(0, e.noseWrinkle);
  const w = person.noseWidth * (1 + 0.18 * Math.max(0, e.noseWrinkle) + 0.1 * Math.max(0, e.cheek));
  const stroke = pen.ink(shade(person.skin, 0.5));
  const soft = `fill="none" stroke="${stroke}" stroke-width="${num(person.line)}" stroke-linecap="round"`;
  const nostril = (side: number): string =>
    `<path d="M${pen.at(side * w * 0.35, tip + 1.4, 5)}Q${pen.at(side * w * 0.75, tip - 0.6, 4)} ${pen.at(side * w, tip + 0.8, 2)}" ${soft} stroke-opacity=".95"/>`;
  return [
    `<path d="M${pen.at(-w * 0.25, -9, 2)}Q${pen.at(-w * 0.5, tip - 4, 5)} ${pen.at(-w * 0.6, tip - 1, 4)}" ${soft} stroke-opacity=".45"/>`,
    `<path d="M${pen.at(-w * 0.3, tip, 7)}Q${pen.at(0, tip + 2.6, 7)} ${pen.at(w * 0.3, tip, 7)}" ${soft} stroke-opacity=".7"/>`,
    `<path d="M${pen.at(0, -8, 4)}L${pen.at(0, tip - 2, 7)}" fill="none" stroke="${pen.ink(mix(person.skin, [255, 255, 255], 0.5))}" stroke-width="1.8" stroke-opacity=".45" stroke-linecap="round"/>`,
    nostril(-1),
    nostril(1),
    drawNoseWrinkles(face, pen),
  ].join('');
}

function drawNoseWrinkles(face: FaceParameters, pen: Pen): string {
  const { person, expression: e } = face;
  const opacity = Math.min(0.95, e.noseWrinkle * 0.95);
  if (opacity < 0.12) return '';
  const wrinkle = (y: number, half: number): string =>
    `M${pen.at(-half, y + 1.2, 4)}Q${pen.at(0, y - 1.8, 6)} ${pen.at(half, y + 1.2, 4)}`;
  return `<path d="${wrinkle(-9, 3.4)}${wrinkle(-6, 3.8)}${wrinkle(-3, 4)}" fill="none" stroke="${pen.ink(shade(person.skin, 0.35))}" stroke-width="${num(person.line * 1.4)}" stroke-opacity="${num(opacity)}"/>`;
}

/** Folds from nose to mouth, lines between the brows and on the forehead, cheeks, chin. */
export function drawCreases(face: FaceParameters, pen: Pen): string {
  const { person, expression: e } = face;
  const stroke = pen.ink(shade(person.skin, 0.52));
  const line = (d: string, strength: number): string =>
    strength < 0.08
      ? ''
      : `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${num(person.line * 0.95)}" stroke-linecap="round" stroke-opacity="${num(Math.min(0.9, strength))}"/>`;
  const forehead = (y: number, half: number): string =>
    `M${pen.at(-half, y + 1.5)}Q${pen.at(0, y - 1.5)} ${pen.at(half, y + 1.5)}`;
  const knit = `M${pen.at(-2.2, -19)}L${pen.at(-1.8, -13.5)}M${pen.at(2.2, -19)}L${pen.at(1.8, -13.5)}`;
  const chinY = (person.mouthHeight + person.headHeight) / 2 + 1;
  return [
    drawCheeks(face, pen),
    [-1, 1]
      .map((side) => line(foldPath(face, pen, side), Math.max(0, e.foldDepth) * 0.75 + person.age * 0.3))
      .join(''),
    line(knit, Math.max(0, e.browKnit) * 0.9 + person.age * 0.1 - 0.1),
    line(
      forehead(-26, 13) + forehead(-29.5, 11) + (e.foreheadLines > 0.5 ? forehead(-23, 9) : ''),
      Math.max(0, e.foreheadLines) * 0.75 + person.age * 0.28 - 0.1,
    ),
    line(`M${pen.at(-5, chinY)}Q${pen.at(0, chinY - 3)} ${pen.at(5, chinY)}`, Math.max(0, e.chinBoss) * 0.8),
  ].join('');
}

function foldPath(face: FaceParameters, pen: Pen, side: number): string {
  const { person, expression: e } = face;
  const top = -3 + person.noseLength;
  const wide = person.mouthSize * (1 + 0.45 * e.mouthWidth) + 3.5;
  return `M${pen.at(side * (person.noseWidth + 2), top)}Q${pen.at(side * (wide + 1.5), top + 4)} ${pen.at(side * wide, person.mouthHeight - 1 - 2 * Math.max(0, e.corner))}`;
}

function drawCheeks(face: FaceParameters, pen: Pen): string {
  const { person, expression: e } = face;
  const strength = Math.max(0, e.cheek);
  if (strength < 0.1) return '';
  const cheek = (side: number): string => {
    const [x, y] = pen.seen(side * (person.eyeSpacing + 3), 8 - 2 * strength);
    return `<ellipse cx="${num(x)}" cy="${num(y)}" rx="7" ry="5" fill="${pen.ink(mix(person.skin, [255, 196, 186], 0.6))}" fill-opacity="${num(Math.min(0.7, strength * 0.6))}"/>`;
  };
  return cheek(-1) + cheek(1);
}
