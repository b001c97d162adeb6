import { createRandom } from '../../../kit/index.ts';
import { CLASSES, type ClassName, type Params } from '../../params/index.ts';
import { classOf, countPerClass, mapClasses, type PerClass } from '../class-names.ts';
import { createImageFolder } from '../image-folder.ts';
import type { DataReporting } from '../progress.ts';
import { loadHeldBackPixels, splitRawImages } from '../study-images.ts';
import { refuseTooMany } from '../too-many.ts';
import type { CandidateSource } from './candidate.ts';
import { findHeldBack } from './held-back.ts';
import { openSource, type SourceOptions } from './open-source.ts';
import { type RefusalReason, type Taking, take } from './take.ts';

export interface InjectOptions extends DataReporting, SourceOptions {
  readonly split: Params['split'];
  /** `data/raw`. */
  readonly images: string;
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

/** Candidates that are decoded at the same time; they are taken or refused in order. */
const AHEAD = 8;

/**
 * Tops up classes of the training part with images of a second source: cut square, gray, 48 x 48, PNG. Which ones
 * are taken depends on the seed and the names alone. Validation and test are neither filled nor copied from.
 * Throws BAD_PARAMS for too many new images, the DATA_… errors for a source that cannot be used, NO_SPACE,
 * STORE_UNWRITABLE.
 */
export async function injectImages(options: InjectOptions): Promise<InjectReport> {
  const { seed, split, inject, images, out } = options;
  const splits = splitRawImages(images, split, seed);
  const before = countPerClass(splits.train.map((image) => image.label));
  const total = CLASSES.reduce((sum, name) => sum + need(before, inject.targets, name), 0);
  // A source of files has no more than it has; who draws would go on and on.
  if (inject.source === 'generated') refuseTooMany('inject.targets', total);
  const source = await openSource(options);
  const folder = createImageFolder(out);
  const session: Session = {
    options,
    folder,
    minFaceSize: inject.minFaceSize,
    refused: { tooSmall: 0, unreadable: 0, heldBack: 0, nearDuplicate: 0, duplicate: 0 },
    unreadable: [],
    heldBack: findHeldBack(
      inject.source === 'none' ? new Uint8Array() : await loadHeldBackPixels(images, splits, options),
      inject.nearDuplicateBits,
    ),
    taken: new Set(),
    total,
  };
  try {
    for (const [label, name] of CLASSES.entries())
      await injectClass(session, source, label, need(before, inject.targets, name));
  } finally {
    source.close();
  }
  folder.finish();
  return report(session, { before, injected: folder.classes(), skipped: source.skipped });
}

interface Session extends Taking {
  readonly options: InjectOptions;
  /** Images wanted in all. */
  readonly total: number;
}

function need(before: PerClass, targets: Params['inject']['targets'], name: ClassName): number {
  return Math.max(0, (targets[name] ?? 0) - before[name]);
}

/** Takes candidates of one class until there are enough or none is left. */
async function injectClass(
  session: Session,
  source: CandidateSource,
  label: number,
  wanted: number,
): Promise<void> {
  if (wanted === 0) return;
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
