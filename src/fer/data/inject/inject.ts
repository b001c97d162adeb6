import { basename, extname } from 'node:path';
import { createRandom, digestOf, unreachable } from '../../../kit/index.ts';
import { resizeGray } from '../../images/index.ts';
import { CLASSES, type ClassName, type Params } from '../../params/index.ts';
import { classOf, countPerClass, mapClasses, type PerClass } from '../class-names.ts';
import { IMAGE_SIDE } from '../dataset.ts';
import { createImageFolder, type ImageFolderWriter } from '../image-folder.ts';
import { pixelKey } from '../pixels.ts';
import type { DataReporting } from '../progress.ts';
import { loadHeldBackPixels, splitRawImages } from '../study-images.ts';
import { openTree } from '../tree/index.ts';
import { openAffectNet } from './affectnet.ts';
import { type Candidate, type CandidateImage, type CandidateSource, candidateSource } from './candidate.ts';
import { findClassFolders } from './class-folders.ts';
import { drawnCandidates } from './drawn.ts';
import { findHeldBack, type HeldBackImages } from './held-back.ts';

export interface InjectOptions extends DataReporting {
  readonly seed: number;
  readonly split: Params['split'];
  readonly inject: Params['inject'];
  /** `data/raw`. */
  readonly images: string;
  /** `inject.path` as the stage was given it. */
  readonly source: string | undefined;
  /** `data/interim/injected`: emptied and filled. */
  readonly out: string;
}

/** What stage `inject` did. */
export interface InjectReport {
  readonly source: Params['inject']['source'];
  readonly total: number;
  /** Training images before, new ones, and how many the target lacks, per class. */
  readonly before: PerClass;
  readonly injected: PerClass;
  readonly after: PerClass;
  readonly shortfall: PerClass;
  /** Candidates that were looked at and not taken. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** Files and annotations of the source that could be no candidates. */
  readonly skipped: Readonly<Record<string, number>>;
  /** The first of the unreadable files. */
  readonly unreadable: readonly string[];
}

/**
 * - `tooSmall`: shorter side below `minFaceSize`.
 * - `unreadable`: cannot be decoded.
 * - `heldBack`: its pixels are those of a validation or test image.
 * - `nearDuplicate`: its perceptual hash is within `nearDuplicateBits` of that of one.
 * - `duplicate`: its pixels are those of an image that was injected already.
 */
type RefusalReason = 'tooSmall' | 'unreadable' | 'heldBack' | 'nearDuplicate' | 'duplicate';

const MAX_NAMED = 20;
/** Candidates that are decoded at the same time; they are taken or refused in order. */
const AHEAD = 8;

/**
 * Tops up classes of the training part with images of a second source: cut square, gray, 48 x 48, PNG. Which ones
 * are taken depends on the seed and the names alone. Validation and test are neither filled nor copied from.
 * Throws the DATA_… errors for a source that cannot be used, NO_SPACE, STORE_UNWRITABLE.
 */
export async function injectImages(options: InjectOptions): Promise<InjectReport> {
  const { seed, split, inject, images, out } = options;
  const splits = splitRawImages(images, split, seed);
  const before = countPerClass(splits.train.map((image) => image.label));
  const source = await openSource(options);
  const folder = createImageFolder(out);
  const session: Session = {
    options,
    folder,
    refused: { tooSmall: 0, unreadable: 0, heldBack: 0, nearDuplicate: 0, duplicate: 0 },
    unreadable: [],
    heldBack: findHeldBack(
      inject.source === 'none' ? new Uint8Array() : await loadHeldBackPixels(images, splits, options),
      inject.nearDuplicateBits,
    ),
    taken: new Set(),
    total: CLASSES.reduce((sum, name) => sum + need(before, inject.targets, name), 0),
  };
  const injected: number[] = [];
  try {
    for (const [label, name] of CLASSES.entries()) {
      const count = await injectClass(session, source, label, need(before, inject.targets, name));
      injected.push(...new Array<number>(count).fill(label));
    }
  } finally {
    source.close();
  }
  folder.finish();
  return report(session, { before, injected: countPerClass(injected), skipped: source.skipped });
}

interface Session {
  readonly options: InjectOptions;
  readonly folder: ImageFolderWriter;
  readonly refused: Record<RefusalReason, number>;
  readonly unreadable: string[];
  readonly heldBack: HeldBackImages;
  readonly taken: Set<string>;
  /** Images wanted in all. */
  readonly total: number;
}

function need(before: PerClass, targets: Params['inject']['targets'], name: ClassName): number {
  return Math.max(0, (targets[name] ?? 0) - before[name]);
}

async function openSource({ inject, source, seed }: InjectOptions): Promise<CandidateSource> {
  const param = 'inject.path';
  switch (inject.source) {
    case 'none':
      return candidateSource([], {}, () => {});
    case 'generated':
      return drawnCandidates(seed);
    case 'folder':
    case 'zip':
      return findClassFolders(await openTree(source, { kind: inject.source, param }));
    case 'affectnet':
      return openAffectNet(await openTree(source, { kind: 'folder or zip', param }));
    default:
      return unreachable(inject.source);
  }
}

/** Takes candidates of one class until there are enough or none is left; gives how many it took. */
async function injectClass(
  session: Session,
  source: CandidateSource,
  label: number,
  wanted: number,
): Promise<number> {
  if (wanted === 0) return 0;
  const { seed } = session.options;
  const candidates = createRandom(seed, 'inject', classOf(label)).shuffle([...source.ofClass(label, wanted)]);
  let count = 0;
  for (let first = 0; first < candidates.length && count < wanted; first += AHEAD) {
    const batch = candidates.slice(first, first + AHEAD);
    const loaded = await Promise.all(batch.map((candidate) => candidate.load()));
    for (const [i, candidate] of batch.entries()) {
      const image = loaded[i];
      if (image === undefined || count === wanted) continue;
      if (await take(session, candidate, image)) count++;
    }
    session.options.onProgress?.({ done: session.folder.count(), total: session.total, unit: 'image' });
  }
  return count;
}

async function take(session: Session, candidate: Candidate, loaded: CandidateImage): Promise<boolean> {
  const { refused, unreadable, heldBack, taken, folder, options } = session;
  if (!loaded.ok) {
    refused.unreadable++;
    if (unreadable.length < MAX_NAMED) unreadable.push(`${candidate.source}: ${loaded.reason}`);
    return false;
  }
  const { image, encoding, crop } = loaded;
  if (Math.min(image.width, image.height) < options.inject.minFaceSize) {
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

function report(
  { options, folder, refused, unreadable }: Session,
  counts: { before: PerClass; injected: PerClass; skipped: Readonly<Record<string, number>> },
): InjectReport {
  const { before, injected, skipped } = counts;
  const { inject, onWarning } = options;
  const shortfall = mapClasses((name) =>
    inject.source === 'none' ? 0 : need(before, inject.targets, name) - injected[name],
  );
  const short = CLASSES.filter((name) => shortfall[name] > 0).map((name) => `${shortfall[name]} ${name}`);
  if (short.length > 0)
    onWarning?.(
      `The second source had too few usable images to reach inject.targets: short of ${short.join(', ')}.`,
    );
  return {
    source: inject.source,
    total: folder.count(),
    before,
    injected,
    after: mapClasses((name) => before[name] + injected[name]),
    shortfall,
    refused,
    skipped,
    unreadable,
  };
}
