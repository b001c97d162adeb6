import { compareBytes, createRandom, FermentError } from '../../kit/index.ts';
import { CLASSES, type Params } from '../params/index.ts';
import { countPerClass } from './class-names.ts';

/** One file of `data/raw`. */
export interface RawImage {
  readonly part: 'train' | 'test';
  /** Index into CLASSES. */
  readonly label: number;
  /** File name with extension, unique within its part and class. */
  readonly name: string;
  /** Path below `data/raw`, with forward slashes. */
  readonly path: string;
}

/** Which image is used for what. Each list is sorted by label, then name. */
export interface Splits {
  readonly train: readonly RawImage[];
  readonly validation: readonly RawImage[];
  readonly test: readonly RawImage[];
  /**
   * How validation was found: `names` (PublicTest_… validates), `held-out` (a stratified part of train), or
   * `test-files` (the paper's protocol: the same files as test).
   */
  readonly validationRule: 'names' | 'held-out' | 'test-files';
}

/**
 * Decides, from names alone, which image trains, validates and tests. Pure: the same listing and seed give the same
 * splits, whatever the order of the listing.
 * - `paper`: all files of `test/` are both validation and test.
 * - `honest`: of `test/`, names that begin `PublicTest_` validate and the rest test. When that leaves one of the two
 *   empty, all of `test/` tests and `validationFraction` of each class of `train/`, at least one image, validates.
 */
export function assignSplits(
  listing: readonly RawImage[],
  { protocol, validationFraction }: Params['split'],
  seed: number,
): Splits {
  const sorted = [...listing].sort(compareImages);
  const train = sorted.filter((image) => image.part === 'train');
  const test = sorted.filter((image) => image.part === 'test');
  if (protocol === 'paper') return { train, validation: test, test, validationRule: 'test-files' };
  const publicTest = test.filter((image) => isPublicTest(image.name));
  if (publicTest.length > 0 && publicTest.length < test.length) {
    const rest = test.filter((image) => !isPublicTest(image.name));
    return { train, validation: publicTest, test: rest, validationRule: 'names' };
  }
  const heldOut = holdOut(train, validationFraction, seed);
  return {
    train: train.filter((image) => !heldOut.has(image)),
    validation: train.filter((image) => heldOut.has(image)),
    test,
    validationRule: 'held-out',
  };
}

/**
 * Throws DATA_LAYOUT, naming split and classes, when test has no image of a class, or validation where it was found by
 * names: figures of classes that are not there would look like figures. `sourceName` is what the message calls the
 * images.
 */
export function requireWholeSplits({ validation, test, validationRule }: Splits, sourceName: string): void {
  const splits = validationRule === 'names' ? { validation, test } : { test };
  const lacking = Object.entries(splits).flatMap(([split, images]) => {
    const counts = countPerClass(images.map((image) => image.label));
    return CLASSES.filter((name) => counts[name] === 0).map((name) => `${split}/${name}`);
  });
  if (lacking.length === 0) return;
  const names =
    validationRule === 'names'
      ? ` Of its test files, ${validation.length} named PublicTest_… (or from a validation folder) validate and ${test.length} test.`
      : '';
  throw new FermentError(
    'DATA_LAYOUT',
    `Every split of ${sourceName} must have images of all ${CLASSES.length} classes. Received: none in ${lacking.join(', ')}.${names}`,
    {
      hint: 'Look for misspelt class folders of that part in the source, and for files that are named PublicTest_ by chance (docs/data.md).',
    },
  );
}

function isPublicTest(name: string): boolean {
  return name.startsWith('PublicTest_');
}

function holdOut(train: readonly RawImage[], fraction: number, seed: number): ReadonlySet<RawImage> {
  const heldOut = new Set<RawImage>();
  for (const label of new Set(train.map((image) => image.label))) {
    const members = train.filter((image) => image.label === label);
    // One image stays in train, whatever the fraction.
    const count = Math.min(members.length - 1, Math.max(1, Math.round(members.length * fraction)));
    const shuffled = createRandom(seed, 'split', label).shuffle([...members]);
    for (const image of shuffled.slice(0, count)) heldOut.add(image);
  }
  return heldOut;
}

function compareImages(a: RawImage, b: RawImage): number {
  return a.label - b.label || compareBytes(a.part, b.part) || compareBytes(a.name, b.name);
}
