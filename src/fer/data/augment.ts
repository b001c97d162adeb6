import { createRandom, FermentError } from '../../kit/index.ts';
import { isBlank } from '../images/index.ts';
import { CLASSES, type Params } from '../params/index.ts';
import { augmentPixels } from './augment-pixels.ts';
import { classOf, countPerClass, mapClasses, type PerClass } from './class-names.ts';
import { createImageFolder, type ImageFolderWriter, type NewImage } from './image-folder.ts';
import { loadPixels, pixelKey, pixelsAt } from './pixels.ts';
import type { DataReporting } from './progress.ts';
import { readProvenance } from './provenance.ts';
import type { Splits } from './splits.ts';
import { loadHeldBackKeys, splitRawImages } from './study-images.ts';
import { refuseTooMany } from './too-many.ts';

export interface AugmentOptions extends DataReporting {
  readonly seed: number;
  readonly split: Params['split'];
  readonly augment: Params['augment'];
  /** `data/raw`. */
  readonly images: string;
  /** `data/interim/injected`. */
  readonly injected: string;
  /** `data/interim/augmented`: emptied and filled. */
  readonly out: string;
}

/** What stage `augment` did. */
export interface AugmentReport {
  readonly total: number;
  /** Training images (originals and injected) before, new ones, and their sum, per class. */
  readonly before: PerClass;
  readonly augmented: PerClass;
  readonly after: PerClass;
  /** Images that no new one was made from: those of validation or test, and blank ones. */
  readonly leftOut: { readonly heldBack: number; readonly blank: number };
}

/** An image that new ones are made from. */
interface Parent {
  /** `train/…` below data/raw, or `injected/…`. */
  readonly path: string;
  readonly name: string;
  readonly label: number;
  readonly pixels: Uint8Array;
}

/**
 * Makes new images of chosen classes up to their targets, as the paper's script meant to: parents are originals and
 * injected images, never augmented ones, in a seeded order, again and again; each new image's parameters depend on
 * the seed, its parent and the number of its copy alone. Under the honest protocol, images whose pixels occur in
 * validation or test and blank images are no parents. Throws BAD_PARAMS for too many new images, DATA_LAYOUT when a
 * class has no parent, INTERNAL when a count misses its target, NO_SPACE, STORE_UNWRITABLE.
 */
export async function augmentImages(options: AugmentOptions): Promise<AugmentReport> {
  const { seed, split, augment, images, injected, out } = options;
  const splits = splitRawImages(images, split, seed);
  const added = readProvenance<NewImage>(injected).map(({ path, class: name }) => ({
    path,
    label: CLASSES.indexOf(name),
  }));
  const before = countPerClass([...splits.train, ...added].map((image) => image.label));
  const wanted = new Map(
    CLASSES.map((name, label) => [label, Math.max(0, (augment.targets[name] ?? 0) - before[name])] as const),
  );
  const total = [...wanted.values()].reduce((a, b) => a + b, 0);
  refuseTooMany('augment.targets', total);
  const { parents, leftOut } = await loadParents(options, { splits, added, wanted });
  const folder = createImageFolder(out);
  for (const [label, count] of wanted) {
    if (count === 0) continue;
    const pool = parents.filter((parent) => parent.label === label);
    augmentClass(pool, count, { options, folder, label, total });
  }
  folder.finish();
  const made = folder.classes();
  const after = mapClasses((name) => before[name] + made[name]);
  checkTargets(after, augment.targets);
  return { total: folder.count(), before, augmented: made, after, leftOut };
}

async function loadParents(
  options: AugmentOptions,
  found: {
    splits: Splits;
    added: readonly { path: string; label: number }[];
    wanted: ReadonlyMap<number, number>;
  },
): Promise<{ parents: readonly Parent[]; leftOut: { heldBack: number; blank: number } }> {
  const isWanted = (image: { label: number }): boolean => (found.wanted.get(image.label) ?? 0) > 0;
  const originals = found.splits.train.filter(isWanted);
  const added = found.added.filter(isWanted);
  const all = [
    ...(await loadImages(options.images, originals, '', options)),
    ...(await loadImages(options.injected, added, 'injected/', options)),
  ];
  const leftOut = { heldBack: 0, blank: 0 };
  // The paper's script looked at nothing.
  if (options.split.protocol === 'paper' || all.length === 0) return { parents: all, leftOut };
  const heldBack = await loadHeldBackKeys(options.images, found.splits, options);
  const parents = all.filter(({ pixels }) => {
    const held = heldBack.has(pixelKey(pixels));
    if (held) leftOut.heldBack++;
    else if (isBlank(pixels)) leftOut.blank++;
    else return true;
    return false;
  });
  return { parents, leftOut };
}

async function loadImages(
  folder: string,
  images: readonly { readonly path: string; readonly label: number }[],
  prefix: string,
  reporting: DataReporting,
): Promise<readonly Parent[]> {
  const { pixels } = await loadPixels(
    folder,
    images.map((image) => image.path),
    { ...reporting, text: 'reading training images' },
  );
  return images.map(({ path, label }, i) => ({
    path: prefix + path,
    name: path.split('/').at(-1) ?? path,
    label,
    pixels: pixelsAt(pixels, i),
  }));
}

function augmentClass(
  parents: readonly Parent[],
  count: number,
  to: { options: AugmentOptions; folder: ImageFolderWriter; label: number; total: number },
): void {
  const { options, folder, label, total } = to;
  const { seed, augment, onProgress } = options;
  const name = classOf(label);
  const order = createRandom(seed, 'augment', name).shuffle([...parents]);
  for (let i = 0; i < count; i++) {
    const parent = order[i % order.length];
    if (parent === undefined) throw noParents(name);
    const copy = Math.floor(i / order.length) + 1;
    const { change, pixels } = augmentPixels(parent.pixels, augment, seed, [name, parent.path, copy]);
    folder.add(label, `Augmented_${parent.name}_${String(copy).padStart(4, '0')}.png`, pixels, {
      parent: parent.path,
      copy,
      change,
      stretched: augment.stretchContrast,
    });
    if (folder.count() % 64 === 0 || folder.count() === total)
      onProgress?.({ done: folder.count(), total, unit: 'image', text: 'augmenting' });
  }
}

/** The paper's script ended 49 images short without noticing. */
function checkTargets(after: PerClass, targets: Params['augment']['targets']): void {
  const missed = CLASSES.find((name) => after[name] < (targets[name] ?? 0));
  if (missed !== undefined)
    throw new FermentError(
      'INTERNAL',
      `Class ${missed} should have ${targets[missed]} images after augmentation. Received: ${after[missed]}.`,
    );
}

function noParents(name: string): FermentError {
  return new FermentError(
    'DATA_LAYOUT',
    `Class ${name} has a target under augment.targets. Received: no training image to make new ones from.`,
    { hint: `Remove ${name} from augment.targets, or inject images first.` },
  );
}
