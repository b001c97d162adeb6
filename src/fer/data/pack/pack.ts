import { FermentError } from '../../../kit/index.ts';
import { CLASSES, type Params } from '../../params/index.ts';
import type { DataReporting } from '../progress.ts';
import type { RawImage } from '../splits.ts';
import { splitRawImages } from '../study-images.ts';
import { type Audit, auditSplits, cleanTraining, type Dropped, markDuplicates } from './clean.ts';
import { type LoadedSamples, loadNewImages, loadOriginals, type Sample } from './sample.ts';
import { type SplitReport, writeSplit } from './write-split.ts';

export interface PackOptions extends DataReporting {
  readonly seed: number;
  readonly split: Params['split'];
  readonly toRgb: Params['to-rgb'];
  /** `data/raw`, `data/interim/injected`, `data/interim/augmented`. */
  readonly images: string;
  readonly injected: string;
  readonly augmented: string;
  /** The folders of the splits: emptied and filled. */
  readonly outs: Readonly<Record<SplitName, string>>;
}

export type SplitName = 'train' | 'validation' | 'test';

/** What stage `to-rgb` did. */
export interface PackReport {
  readonly protocol: Params['split']['protocol'];
  /** How validation was found; see Splits. */
  readonly validationRule: 'names' | 'held-out' | 'test-files';
  readonly splits: Readonly<Record<SplitName, SplitReport>>;
  readonly dropped: Dropped;
  readonly audit: Audit;
  /** Images of another form than gray 48 x 48, which were converted. */
  readonly converted: { readonly colour: number; readonly resized: number };
}

/**
 * Packs every split into RGB arrays with labels and provenance. Samples are in the order of their labels; within a
 * label originals, injected and augmented images follow each other, each sorted by the bytes of their names. Of
 * train, images whose pixels occur in validation or test, and blank ones, are dropped as `to-rgb` says, and counted.
 * Throws BAD_IMAGE with all files that cannot be decoded, DATA_LAYOUT, DATA_DAMAGED, NO_SPACE, STORE_UNWRITABLE.
 */
export async function packSplits(options: PackOptions): Promise<PackReport> {
  const { seed, split, toRgb, images, injected, augmented, outs } = options;
  const splits = splitRawImages(images, split, seed);
  const { train: trainImages, validation: validationImages, test: testImages } = splits;
  // All at once, so that one run names every image that is none.
  const listed = [...new Set([...trainImages, ...validationImages, ...testImages])];
  const originals = await loadOriginals(images, listed, options);
  const bySource = new Map(originals.samples.map((sample) => [sample.provenance.source, sample]));
  const pick = (list: readonly RawImage[]): Sample[] => list.flatMap(({ path }) => bySource.get(path) ?? []);
  const added = [
    await loadNewImages(injected, 'injected', options),
    await loadNewImages(augmented, 'augmented', options),
  ];
  const all = [...pick(trainImages), ...added.flatMap((part) => part.samples)];
  const mark = markDuplicates(all);
  const validation = pick(validationImages).map(mark);
  const test = pick(testImages).map(mark);
  const heldBack = [...new Set([...validation, ...test])];
  const { kept, dropped } = cleanTraining(all, heldBack, toRgb);
  requireSamples(kept);
  const train = [...kept].sort((a, b) => a.label - b.label); // stable: the order within a label stays
  const written = {
    train: await writeSplit(outs.train, train, toRgb.jpegQuality.train),
    validation: await writeSplit(outs.validation, validation, toRgb.jpegQuality.validation),
    test: await writeSplit(outs.test, test, toRgb.jpegQuality.test),
  };
  warnOfQuality(options, written);
  return {
    protocol: split.protocol,
    validationRule: splits.validationRule,
    splits: written,
    dropped,
    audit: auditSplits(train, heldBack),
    converted: sumConverted([originals, ...added]),
  };
}

function sumConverted(parts: readonly LoadedSamples[]): PackReport['converted'] {
  return {
    colour: parts.reduce((sum, part) => sum + part.converted.colour, 0),
    resized: parts.reduce((sum, part) => sum + part.converted.resized, 0),
  };
}

function requireSamples(train: readonly Sample[]): void {
  const labels = new Set(train.map((sample) => sample.label));
  const lacking = CLASSES.filter((_, label) => !labels.has(label));
  if (lacking.length === 0) return;
  throw new FermentError(
    'DATA_LAYOUT',
    `Train must have images of all classes after duplicates and blank images were dropped. Received: none of ${lacking.join(', ')}.`,
    {
      hint: 'Look at to-rgb.dropTestDuplicates and to-rgb.dropBlank, and at whether train and test are the same files.',
    },
  );
}

/** The paper's headline comparison was an artefact of exactly this: splits that differ in their encoding. */
function warnOfQuality({ toRgb, onWarning }: PackOptions, splits: PackReport['splits']): void {
  const { train, validation, test } = toRgb.jpegQuality;
  const isSet = [train, validation, test].some((quality) => quality !== null);
  if (isSet && Object.values(splits).every(({ reencoded }) => reencoded === 0))
    onWarning?.(
      'to-rgb.jpegQuality changes nothing: of the splits that it is set for, no image comes from a JPEG.',
    );
  else if (train !== validation || train !== test)
    onWarning?.(
      `to-rgb.jpegQuality differs between the splits (train ${train}, validation ${validation}, test ${test}): a model then reads the encoding instead of the face.`,
    );
}
