import { shade } from '../colours.ts';
import type { FaceParameters, Occlusion } from '../parameters.ts';
import { num, type Pen } from './pen.ts';

/** Glasses sit on the face and follow its pose. */
export function drawGlasses(face: FaceParameters, pen: Pen): string {
  const { person } = face;
  if (person.glasses === 'none') return '';
  const r = 9.5;
  const frame = `fill="${person.glasses === 'dark' ? '#101014' : '#fff'}" fill-opacity="${person.glasses === 'dark' ? '.88' : '.1'}" stroke="#1c1a1a" stroke-width="${num(person.line * 1.3)}"`;
  const lens = (side: number): string => {
    const x = side * person.eyeSpacing;
    const [left] = pen.seen(x - r, -7, 2);
    const [right] = pen.seen(x + r, -7, 2);
    const [cx, cy] = pen.seen(x, -7, 2);
    const half = Math.max(2, (right - left) / 2);
    return person.glasses === 'round'
      ? `<ellipse cx="${num(cx)}" cy="${num(cy)}" rx="${num(half)}" ry="${r}" ${frame}/>`
      : `<rect x="${num(cx - half)}" y="${num(cy - 7)}" width="${num(2 * half)}" height="14" rx="3" ${frame}/>`;
  };
  const bridge = `M${pen.at(-person.eyeSpacing + r, -8, 2)}Q${pen.at(0, -11, 4)} ${pen.at(person.eyeSpacing - r, -8, 2)}`;
  const arm = (side: number): string =>
    `M${pen.at(side * (person.eyeSpacing + r), -8, 2)}L${pen.at(side * person.headWidth, -7)}`;
  return `${lens(-1)}${lens(1)}<path d="${bridge}${arm(-1)}${arm(1)}" fill="none" stroke="#1c1a1a" stroke-width="${num(person.line * 1.2)}"/>`;
}

/** Things between camera and face, in the order given. */
export function drawOcclusions(face: FaceParameters, pen: Pen): string {
  return face.occlusions.map((occlusion) => drawOcclusion(face, pen, occlusion)).join('');
}

function drawOcclusion(face: FaceParameters, pen: Pen, occlusion: Occlusion): string {
  switch (occlusion.kind) {
    case 'bar':
      return `<rect x="${num(-occlusion.width / 2)}" y="${num(-occlusion.height / 2)}" width="${num(occlusion.width)}" height="${num(occlusion.height)}" transform="translate(${num(occlusion.x)} ${num(occlusion.y)}) rotate(${num((occlusion.angle * 180) / Math.PI)})" fill="${pen.ink(occlusion.colour)}"/>`;
    case 'hand':
      return drawHand(face, pen, occlusion);
    case 'strand':
      return drawStrand(face, pen, occlusion);
    case 'scarf':
      return `<path d="M-52 ${num(occlusion.y + 6)}Q0 ${num(occlusion.y - 6)} 52 ${num(occlusion.y + 6)}L60 80L-60 80Z" fill="${pen.ink(occlusion.colour)}"/><path d="M-50 ${num(occlusion.y + 13)}Q0 ${num(occlusion.y + 2)} 50 ${num(occlusion.y + 13)}" fill="none" stroke="${pen.ink(shade(occlusion.colour, 0.7))}" stroke-width="2"/>`;
  }
}

function drawHand(face: FaceParameters, pen: Pen, hand: Extract<Occlusion, { kind: 'hand' }>): string {
  const skin = pen.ink(shade(face.person.skin, 0.94));
  const edge = pen.ink(shade(face.person.skin, 0.55));
  const fingers = [0, 1, 2, 3]
    .map(
      (i) =>
        `<rect x="${num(-hand.reach - 4 + Math.abs(i - 1.4) * 3)}" y="${num(i * 6.2 - 12)}" width="42" height="6.4" rx="3.2"/>`,
    )
    .join('');
  const turn = (hand.angle * 180) / Math.PI;
  return `<g transform="translate(${num(hand.side * 26)} ${num(hand.y)}) scale(${hand.side} 1) rotate(${num(turn)})" fill="${skin}" stroke="${edge}" stroke-width="1">${fingers}</g>`;
}

function drawStrand(face: FaceParameters, pen: Pen, strand: Extract<Occlusion, { kind: 'strand' }>): string {
  const top = -face.person.headHeight;
  const end = top + strand.length;
  const x = (value: number): string => num(strand.side * value);
  return `<path d="M${x(2)} ${num(top - 2)}Q${x(22)} ${num(top + 4)} ${x(26)} ${num(end)}Q${x(26 - strand.width * 0.6)} ${num(end - 12)} ${x(2 - strand.width * 0.4)} ${num(top + 2)}Z" fill="${pen.ink(shade(face.person.hair, 0.92))}"/>`;
}
