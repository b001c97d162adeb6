import { basename, extname } from 'node:path';
import { digestOf } from '../../../kit/index.ts';
import { resizeGray } from '../../images/index.ts';
import { IMAGE_SIDE } from '../dataset.ts';
import type { ImageFolderWriter } from '../image-folder.ts';
import { pixelKey } from '../pixels.ts';
import type { Candidate, CandidateImage } from './candidate.ts';
import type { HeldBackImages } from './held-back.ts';

/**
 * - `tooSmall`: shorter side below `minFaceSize`.
 * - `unreadable`: cannot be decoded.
 * - `heldBack`: its pixels are those of a validation or test image.
 * - `nearDuplicate`: its perceptual hash is within `nearDuplicateBits` of that of one.
 * - `duplicate`: its pixels are those of an image that was injected already.
 */
export type RefusalReason = 'tooSmall' | 'unreadable' | 'heldBack' | 'nearDuplicate' | 'duplicate';

const MAX_NAMED = 20;

/** What has been taken and refused so far. */
export interface Taking {
  readonly folder: ImageFolderWriter;
  readonly minFaceSize: number;
  readonly refused: Record<RefusalReason, number>;
  /** The first of the unreadable files. */
  readonly unreadable: string[];
  readonly heldBack: HeldBackImages;
  /** Keys of the pixels that were taken. */
  readonly taken: Set<string>;
}

/** Writes a candidate into the folder: square, gray, 48 x 48. False where it is refused, which is counted. */
export async function take(taking: Taking, candidate: Candidate, loaded: CandidateImage): Promise<boolean> {
  const { refused, unreadable, heldBack, taken, folder, minFaceSize } = taking;
  if (!loaded.ok) {
    refused.unreadable++;
    if (unreadable.length < MAX_NAMED) unreadable.push(`${candidate.source}: ${loaded.reason}`);
    return false;
  }
  const { image, encoding, crop } = loaded;
  if (Math.min(image.width, image.height) < minFaceSize) {
    refused.tooSmall++;
    return false;
  }
  const { pixels } = await resizeGray(image, IMAGE_SIDE);
  const key = pixelKey(pixels);
  const twin = heldBack.reasonAgainst(pixels, key) ?? (taken.has(key) ? 'duplicate' : undefined);
  if (twin !== undefined) {
    refused[twin]++;
    return false;
  }
  taken.add(key);
  const record = { source: candidate.source, crop: crop ?? null, encoding: [...encoding, 'png'] };
  folder.add(candidate.label, nameFor(candidate.source), pixels, record);
  return true;
}

/** The source's own name, made harmless, and enough of a digest of its path to be unique. */
function nameFor(source: string): string {
  const stem = basename(source, extname(source))
    .replace(/[^A-Za-z0-9_-]/g, '_')
    .slice(0, 60);
  return `Injected_${stem}_${digestOf(source).slice(0, 8)}.png`;
}
