import { formatCount, plural } from '../../../kit/index.ts';
import { type Dataset, IMAGE_PIXELS, ORIGINS, type SplitName } from '../../data/index.ts';
import { CLASSES } from '../../params/index.ts';
import { type Block, heading, paragraph } from '../document.ts';
import { colorAt, renderBars, renderSamples, SAFE_PALETTE } from '../figures/index.ts';
import type { Results } from '../results.ts';
import { decimals } from './format.ts';

const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];
const SAMPLES_PER_CLASS = 8;

/** What the models were trained and measured on. `train` is given when its images may be shown. */
export async function dataSection(
  { packed, download, inject }: Results,
  train: Dataset | undefined,
  { splits: colors } = SAFE_PALETTE,
): Promise<Block[]> {
  const { splits, dropped, audit } = packed;
  const perClass = (split: SplitName): number[] => CLASSES.map((name) => splits[split].classes[name] ?? 0);
  return [
    heading(2, 'Data'),
    paragraph(
      `Source: ${download.source.kind}${download.source.name === null ? '' : ` (\`${download.source.name}\`)`}. ${PROTOCOLS[packed.validationRule]}`,
    ),
    bySplit('Images by split and class', (split) =>
      [...perClass(split), splits[split].total].map(formatCount),
    ),
    {
      kind: 'figure',
      name: 'classes',
      svg: renderBars({
        title: 'Images by class',
        yName: 'images',
        categories: CLASSES,
        format: (value) => String(value),
        series: SPLITS.map((name, i) => ({ name, color: colorAt(colors, i), values: perClass(name) })),
      }),
      caption: "Images per class after injection, augmentation and cleaning (the paper's figure 2).",
    },
    {
      kind: 'table',
      caption: 'Training images by origin',
      rows: [
        ['origin', ...CLASSES],
        ...ORIGINS.map((origin) => [
          origin,
          ...CLASSES.map((name) => formatCount(splits.train.classOrigins[name][origin])),
        ]),
      ],
      right: CLASSES.map((_, i) => i + 1),
    },
    bySplit(
      'Mean gray level by split and class: where one class is brighter, a net need not look at the face',
      (split) =>
        [...CLASSES.map((name) => splits[split].classGray[name]), splits[split].gray].map(({ mean }) =>
          decimals(mean, 1),
        ),
    ),
    {
      kind: 'list',
      items: [
        ...injectedItems(inject),
        `Dropped from train: ${formatCount(dropped.testDuplicates)} whose pixels occur in validation or test, ${formatCount(dropped.blank)} blank.`,
        `Left in: ${formatCount(audit.duplicatesInTrain)} surplus duplicates in train, ${formatCount(audit.conflictGroups)} groups of equal images with different labels over all splits, ${formatCount(audit.heldBackInTrain)} validation or test images that train holds too.`,
        ...SPLITS.map(
          (split) =>
            `${split}: mean gray level ${decimals(splits[split].gray.mean, 2)}, standard deviation ${decimals(splits[split].gray.deviation, 2)}, ${encodingOf(splits[split])}.`,
        ),
      ],
    },
    ...(train === undefined ? [] : [await sampleFigure(train)]),
  ];
}

/** A table with a column for each class and one for all, and a row for each split. */
function bySplit(caption: string, cells: (split: SplitName) => readonly string[]): Block {
  return {
    kind: 'table',
    caption,
    rows: [['split', ...CLASSES, 'all'], ...SPLITS.map((split) => [split, ...cells(split)])],
    right: [...CLASSES.keys()].map((i) => i + 1).concat(CLASSES.length + 1),
  };
}

function injectedItems({ source, total, refused }: Results['inject']): string[] {
  if (source === 'none') return [];
  const { heldBack, nearDuplicate, duplicate, tooSmall, unreadable } = refused;
  return [
    `Injected from ${source}: ${formatCount(total)}. Refused: ${formatCount(heldBack)} whose pixels occur in validation or test, ${formatCount(nearDuplicate)} that are near-duplicates of an image there, ${formatCount(duplicate)} twice in the source, ${formatCount(tooSmall)} too small, ${formatCount(unreadable)} unreadable.`,
  ];
}

const PROTOCOLS = {
  names: "Validation and test are told apart by the files' own names; test was read by `evaluate` alone.",
  'held-out': 'Validation is a stratified part of the training files; test was read by `evaluate` alone.',
  'test-files':
    'As in the paper, the test files are the validation set too: what is selected on them is also measured on them.',
} as const;

function encodingOf({ jpegQuality, reencoded }: Results['packed']['splits']['train']): string {
  if (jpegQuality === null) return 'pixels as they were';
  return `${plural(reencoded, 'image')} saved again as JPEG at quality ${jpegQuality}`;
}

async function sampleFigure(train: Dataset): Promise<Block> {
  const rows = CLASSES.map((name, label) => ({ name, images: firstOriginals(train, label) }));
  const fewest = Math.min(...rows.map(({ images }) => images.length));
  return {
    kind: 'figure',
    name: 'samples',
    svg: await renderSamples('Training images', rows),
    caption: `${fewest < SAMPLES_PER_CLASS ? 'Up to' : 'The first'} ${SAMPLES_PER_CLASS} original training images of each class (the paper's figure 1).`,
  };
}

function firstOriginals({ count, images, labels, provenance }: Dataset, label: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let i = 0; i < count && found.length < SAMPLES_PER_CLASS; i++) {
    if (labels[i] !== label || provenance[i]?.origin !== 'original') continue;
    // Three equal channels: every third byte is the gray image.
    const first = i * IMAGE_PIXELS * 3;
    found.push(Uint8Array.from({ length: IMAGE_PIXELS }, (_, p) => images[first + 3 * p] ?? 0));
  }
  return found;
}
