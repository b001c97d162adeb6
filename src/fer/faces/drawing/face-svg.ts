import type { FaceParameters } from '../parameters.ts';
import { drawCreases, drawNose } from './creases.ts';
import { drawBrows, drawEyes } from './eyes.ts';
import { drawBackHair, drawFrontHair } from './hair.ts';
import { drawBackdrop, drawBeard, drawHead } from './head.ts';
import { drawMouth } from './mouth.ts';
import { drawGlasses, drawOcclusions } from './occlusion.ts';
import { createPen, num } from './pen.ts';

/**
 * One face as SVG elements in the frame -50 to 50, from back to front. `prefix` keeps ids apart when several
 * faces share a document. Light, blur and noise are not in it: they are computed on pixels.
 */
export function drawFace(face: FaceParameters, options: { prefix: string; colour: boolean }): string {
  const { pose, person } = face;
  const pen = createPen({ person, pose, colour: options.colour, prefix: options.prefix });
  const turn = (pose.roll * 180) / Math.PI;
  const place = `translate(${num(pose.shiftX)} ${num(pose.shiftY + 1)}) rotate(${num(turn)}) scale(${num(pose.scale)})`;
  return [
    drawBackdrop(face, pen),
    `<g transform="${place}">`,
    drawBackHair(face, pen),
    drawHead(face, pen),
    drawCreases(face, pen),
    drawNose(face, pen),
    drawBeard(face, pen),
    drawEyes(face, pen),
    drawMouth(face, pen),
    drawFrontHair(face, pen),
    drawBrows(face, pen),
    drawGlasses(face, pen),
    drawOcclusions(face, pen),
    '</g>',
  ].join('');
}
