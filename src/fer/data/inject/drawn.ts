import { createRandom } from '../../../kit/index.ts';
import { renderFace, sampleFace } from '../../faces/index.ts';
import { toLuma } from '../../images/index.ts';
import { encodingSteps } from '../pixels.ts';
import type { Candidate, CandidateSource } from './candidate.ts';

/** Sides of the drawn images, as varied as photographs are. */
const SMALLEST = 56;
const LARGEST = 160;
/** More than enough to make up for images that are refused. */
const SPARE = 16;

/** Faces drawn by the second hand, in colour and of many sizes, so that injection has its real work to do. */
export function drawnCandidates(seed: number): CandidateSource {
  const ofClass = (label: number, need: number): readonly Candidate[] =>
    Array.from({ length: need + SPARE }, (_, index) =>
      drawnCandidate(`${seed}/inject/${label}`, label, index),
    );
  return { ofClass, skipped: {}, close: () => {} };
}

function drawnCandidate(seed: string, label: number, index: number): Candidate {
  return {
    source: `drawn-${String(index + 1).padStart(6, '0')}`,
    label,
    load: async () => {
      const face = sampleFace({ seed, style: 'second', index, label, difficulty: 1 });
      const size = SMALLEST + createRandom(seed, 'size', index).below(LARGEST - SMALLEST + 1);
      const { pixels, side, channels } = await renderFace(face, { size, colour: true, seed, index });
      const image = { width: side, height: side, pixels: toLuma(pixels, channels) };
      const encoding = encodingSteps('drawn', { width: side, height: side, colour: true });
      return { ok: true, image, encoding, crop: undefined };
    },
  };
}
