import { formatCount } from '../../kit/index.ts';
import type { DownloadReport, PackReport } from '../data/index.ts';
import type { EvaluationMetrics } from '../evaluation/index.ts';
import type { Preprocessing } from '../models/index.ts';
import { CLASSES } from '../params/index.ts';
import { countOf, decimals, modelName, percent, withInterval } from '../report/sections/format.ts';
import type { TrainingMetrics } from '../training/index.ts';

/** The results that a card is written from. */
export interface CardResults {
  readonly name: string;
  readonly download: DownloadReport;
  readonly packed: PackReport;
  readonly training: TrainingMetrics;
  readonly evaluation: EvaluationMetrics;
  /** Of other nets' answers in the targets; undefined where the labels were all. */
  readonly targetShare: number | undefined;
  readonly precision: 'float32' | 'float16';
}

/**
 * A model card (Mitchell et al., 2019) in Markdown: what the model is, from which data, measured how, with which
 * figures, and what it must not be used for. Every figure is from the results.
 */
export function renderModelCard(results: CardResults): string {
  return `${[
    ...whatItIs(results),
    ...use(),
    ...data(results),
    ...figures(results),
    ...limits(results),
    ...misuse(),
  ].join('\n')}\n`;
}

function whatItIs({ name, training, evaluation, precision }: CardResults): string[] {
  const { architecture, multiplyAdds, preprocessing } = evaluation.model;
  const start = training.initialWeights === 'imagenet' ? 'ImageNet' : 'random';
  const atTemperature = evaluation.temperature === undefined ? '' : ' / temperature (`model-info.json`)';
  const channels = architecture.startsWith('se-resnet') ? 'one gray channel' : 'three equal channels';
  return [
    `# ${modelName(name)}`,
    '',
    `Which of seven expressions a face of 48 x 48 gray pixels shows: ${CLASSES.join(', ')}.`,
    '',
    '| | |',
    '|---|---|',
    `| architecture | ${architecture}, trained from ${start} weights |`,
    `| size | ${formatCount(countOf(evaluation.model))} parameters, ${(multiplyAdds / 1e6).toFixed(1)} million multiply-adds for an image |`,
    `| input | \`[n, 48, 48, c]\`, ${channels}, ${INPUT[preprocessing]} |`,
    `| output | seven logits, in the order above; softmax of logits${atTemperature} gives probabilities |`,
    `| files | \`model.json\` and \`weights.bin\` for TensorFlow.js, \`model.safetensors\` with Keras' names and layout, numbers as ${precision} |`,
    '',
  ];
}

const INPUT: Readonly<Record<Preprocessing, string>> = {
  standardized: 'each image less its mean, divided by its standard deviation (at least 8 of 255 gray levels)',
  centered: '0 to 255 as -1 to 1',
  unit: '0 to 255 as 0 to 1',
  caffe: "0 to 255 in the order blue, green, red, less ImageNet's means 103.939, 116.779 and 123.68",
};

function use(): string[] {
  return [
    '## Use',
    '',
    '```',
    'npx fer predict photo.jpg --model FOLDER',
    '```',
    '',
    'or `tf.loadLayersModel` of any TensorFlow.js. The face should fill the square, upright, as the training images do.',
    '',
  ];
}

function data({ download, packed, training, targetShare }: CardResults): string[] {
  const { images, batchSize, epochs } = training;
  const taught =
    targetShare === undefined
      ? ''
      : `, with ${targetShare} of each target the mean answer of other nets trained on the same images`;
  return [
    '## Data and protocol',
    '',
    ...(isDrawn(download) ? [DRAWN] : [`${sourceOf(download)} ${PEOPLE} ${overlapOf(packed)} ${LICENCE}`]),
    '',
    `Trained on ${formatCount(images.train)} images, ${epochs} epochs in batches of ${batchSize}${taught}; ${CHOSEN[packed.validationRule](formatCount(images.validation))}.${addedTo(packed)}`,
    '',
  ];
}

/** What the training part has that the source has not. */
function addedTo({ splits }: PackReport): string {
  const { injected, augmented } = splits.train.origins;
  const added = [
    ...(injected > 0 ? [`${formatCount(injected)} images of a second source`] : []),
    ...(augmented > 0 ? [`${formatCount(augmented)} that were made from others`] : []),
  ];
  return added.length === 0 ? '' : ` The training part had ${added.join(' and ')} added to it.`;
}

type Rule = PackReport['validationRule'];

const CHOSEN: Readonly<Record<Rule, (images: string) => string>> = {
  names: (images) => `everything was chosen on ${images} validation images; the test images were read once`,
  'held-out': (images) =>
    `everything was chosen on ${images} images held out of training; the test images were read once`,
  'test-files': (images) =>
    `everything was chosen on the ${images} test images themselves, so that the figures below are too good`,
};

function isDrawn({ source }: DownloadReport): boolean {
  return source.kind === 'generated';
}

/** FER2013 is known by how many images it has. */
function isFer2013({ source, total }: DownloadReport): boolean {
  return source.kind === 'kaggle' || total === FER2013_IMAGES;
}

/** Any other data set is called what its file is called. */
function sourceOf(download: DownloadReport): string {
  const { source, total } = download;
  if (isFer2013(download))
    return 'FER2013 (Goodfellow et al., 2013): faces that were collected by web search and cut out automatically. The data set came with a challenge of ICML 2013, for research.';
  return `Faces of the source \`${source.name ?? source.kind}\`, ${formatCount(total)} images.`;
}

const FER2013_IMAGES = 35_887;
const PEOPLE =
  'The people shown were not asked by those who made this model; no picture of them is in this folder or in the repository.';
const LICENCE =
  'The weights are under the licence of the repository (Apache-2.0), as far as its authors can give one.';

function overlapOf({ dropped, audit }: PackReport): string {
  const both = audit.heldBackInTrain;
  if (both > 0)
    return `${formatCount(both)} pictures of the validation and test parts are in the training part, too.`;
  return dropped.testDuplicates > 0
    ? `Pictures that occur in the validation and test parts (${formatCount(dropped.testDuplicates)}) were taken out of the training part before training.`
    : 'No picture of the validation and test parts is in the training part.';
}

const DRAWN =
  'Drawn faces, which Ferment makes itself. The model knows nothing about people: it shows how the pipeline works.';

function figures({ evaluation, precision }: CardResults): string[] {
  const { images, intervals, views, deduplicated, temperature, calibration, perClass } = evaluation;
  const confidence =
    intervals === undefined ? '' : `, with ${100 * intervals.confidence} % bootstrap intervals`;
  const rounded = precision === 'float32' ? '' : `, measured before the weights were rounded to ${precision}`;
  const rows: [string, string, string][] = [
    [
      'one view',
      withInterval(evaluation.accuracy, intervals?.accuracy),
      withInterval(evaluation.macroF1, intervals?.macroF1),
    ],
  ];
  if (views !== undefined && views.chosen !== 'one') {
    const count = views.validation[views.chosen]?.views;
    const { accuracy, macroF1, intervals: range } = views.test;
    rows.push([
      `mean of ${count} views (${views.chosen}, chosen on validation)`,
      withInterval(accuracy, range?.accuracy),
      withInterval(macroF1, range?.macroF1),
    ]);
  }
  if (deduplicated !== undefined)
    rows.push([
      `one view, the ${formatCount(deduplicated.images)} images that do not occur among the training images of the data set`,
      percent(deduplicated.accuracy),
      percent(deduplicated.macroF1),
    ]);
  return [
    '## Figures',
    '',
    `On ${formatCount(images)} test images, in per cent${confidence}${rounded}:`,
    '',
    '| | accuracy | macro-F1 |',
    '|---|---:|---:|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `| | ${CLASSES.join(' | ')} |`,
    `|---|${CLASSES.map(() => '---:|').join('')}`,
    ...(['precision', 'recall', 'f1'] as const).map(
      (key) => `| ${key} | ${CLASSES.map((c) => percent(perClass[c]?.[key])).join(' | ')} |`,
    ),
    `| images | ${CLASSES.map((c) => perClass[c]?.support ?? 0).join(' | ')} |`,
    '',
    temperature === undefined
      ? `Expected calibration error: ${decimals(calibration.ece, 3)}.`
      : `Expected calibration error: ${decimals(calibration.ece, 3)} as trained, ${decimals(temperature.ece, 3)} at the temperature ${decimals(temperature.value, 3)}, which validation chose.`,
    '',
  ];
}

function limits({ download }: CardResults): string[] {
  if (isDrawn(download)) return [];
  const known = isFer2013(download);
  const people = known
    ? ' People who were asked for these labels gave 65 ± 5 % of them (Goodfellow et al., 2013).'
    : '';
  const rare = known ? 'pictures found by web search around 2012' : 'the data';
  return [
    '## Limits',
    '',
    `- It names what a label would most likely say about a picture, not what a person feels.${people}`,
    '- One face, upright, filling the square; profiles, masks, hands and small faces are answered all the same, and badly.',
    `- How well it does for people of different age, sex and origin was not measured: the data set does not say who is shown. Expect it to be worse for whoever is rare in ${rare}.`,
    ...(known ? ['- Disgust is rare in the data, and its figures rest on few pictures.'] : []),
    '',
  ];
}

function misuse(): string[] {
  return [
    '## Not for',
    '',
    'Decisions about people: hiring, teaching, policing, insurance, lie detection, watching workers or customers. Inferring emotions of people at work and in education is forbidden in the European Union, safety and medicine aside (Regulation (EU) 2024/1689, article 5(1)(f)). Faces are personal data: answer them where they are, and keep none.',
  ];
}
