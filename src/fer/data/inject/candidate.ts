import { messageOf } from '../../../kit/index.ts';
import {
  type Box,
  centreSquare,
  crop,
  decodeGray,
  type GrayImage,
  readImageHeader,
} from '../../images/index.ts';
import { encodingSteps } from '../pixels.ts';
import type { TreeFile } from '../tree/index.ts';

/** One image that may be injected. */
export interface Candidate {
  /** Its name in the second source. */
  readonly source: string;
  readonly label: number;
  readonly load: () => Promise<CandidateImage>;
}

/** A square, gray, still of its own size; or why there is none. */
export type CandidateImage =
  | {
      readonly ok: true;
      readonly image: GrayImage;
      readonly encoding: readonly string[];
      /** What was cut out of the source image; undefined when all of it was used. */
      readonly crop: Box | undefined;
    }
  | { readonly ok: false; readonly reason: string };

/** The images of a second source. Close it. */
export interface CandidateSource {
  /** Candidates of one class, sorted by the bytes of their names; a source that can draw more gives at least `need`. */
  readonly ofClass: (label: number, need: number) => readonly Candidate[];
  /** Files or annotations that can be no candidates, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly close: () => void;
}

/** A box in the coordinates of an image file, of whatever form; it is made square and moved inside. */
export type FaceBox = Box;

/** A candidate that is a file: decoded, turned upright, cut to the face or to the middle square. */
export function fileCandidate(file: TreeFile, label: number, face?: FaceBox): Candidate {
  return { source: file.path, label, load: () => loadFile(file, face) };
}

async function loadFile(file: TreeFile, face: FaceBox | undefined): Promise<CandidateImage> {
  const bytes = await file.read();
  let decoded: Awaited<ReturnType<typeof decodeGray>>;
  try {
    // A face box is in the file's own coordinates, so that turning the image would miss the face.
    decoded = await decodeGray(bytes, { upright: face === undefined });
  } catch (error) {
    return { ok: false, reason: messageOf(error).split('\n')[0] ?? 'unknown' };
  }
  const box = face === undefined ? centreSquare(decoded) : squareAround(face, decoded);
  const whole = box.width === decoded.width && box.height === decoded.height;
  const format = readImageHeader(bytes)?.format ?? 'other';
  const steps = encodingSteps(format, { colour: decoded.colour, width: box.width, height: box.height });
  return { ok: true, image: crop(decoded, box), encoding: steps, crop: whole ? undefined : box };
}

/** The square about a box's middle with its longer side, made no larger than the image and moved inside it. */
export function squareAround(box: FaceBox, image: { readonly width: number; readonly height: number }): Box {
  const side = Math.max(1, Math.min(Math.round(Math.max(box.width, box.height)), image.width, image.height));
  const place = (start: number, length: number, limit: number): number =>
    Math.min(limit - side, Math.max(0, Math.round(start + (length - side) / 2)));
  return {
    left: place(box.left, box.width, image.width),
    top: place(box.top, box.height, image.height),
    width: side,
    height: side,
  };
}

/** A source of candidates from a flat list. */
export function candidateSource(
  candidates: readonly Candidate[],
  skipped: Readonly<Record<string, number>>,
  close: () => void,
): CandidateSource {
  return { ofClass: (label) => candidates.filter((candidate) => candidate.label === label), skipped, close };
}
