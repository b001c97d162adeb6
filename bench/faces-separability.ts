/**
 * How far a linear classifier on pixels gets on the generated faces: multinomial logistic regression on
 * standardised pixels, the strength of its L2 penalty chosen on validation. The nets must stay clearly above it
 * (docs/generated-faces.md). Run: npx tsx bench/faces-separability.ts [DIFFICULTY] [SEED]
 */
import {
  CLASSES,
  classCounts,
  classificationReport,
  FER2013_COUNTS,
  generateFaces,
  labelsFor,
} from '../src/fer/index.ts';
import {
  fitLogistic,
  type LinearModel,
  type Part,
  predict,
  type Standardised,
  standardise,
} from './linear-classifier.ts';

const PARTS = [
  ['Training', 2400, FER2013_COUNTS.train],
  ['PublicTest', 500, FER2013_COUNTS.test],
  ['PrivateTest', 700, FER2013_COUNTS.test],
] as const;

/** Penalties from strong to weak, each started from the solution before it. */
const PENALTIES = [1, 0.3, 0.1, 0.03, 0.01, 0.003];

const difficulty = Number(process.argv[2] ?? 1);
const seed = process.argv[3] ?? '42';

const started = performance.now();
const parts: Part[] = [];
for (const [usage, total, shares] of PARTS) {
  const labels = labelsFor(classCounts(total, shares));
  const faces = await generateFaces({ seed: `${seed}/${usage}`, style: 'first', difficulty, labels });
  parts.push({ images: faces.images, labels: faces.labels, features: faces.images.length / labels.length });
}
const drawn = parts.reduce((sum, part) => sum + part.labels.length, 0);
const seconds = (performance.now() - started) / 1000;
console.log(`${drawn} images in ${seconds.toFixed(1)} s: ${(drawn / seconds).toFixed(0)} images/s`);

const [train, validation, test] = standardise(parts);
if (train === undefined || validation === undefined || test === undefined) throw new Error('three parts');
let model: LinearModel | undefined;
let best = { penalty: 0, validation: -1, test: 0 };
for (const penalty of PENALTIES) {
  const fitted = fitLogistic(train, { classes: CLASSES.length, penalty, iterations: 60, start: model });
  model = fitted;
  const macroF1 = (part: Standardised): number =>
    classificationReport(part.labels, predict(fitted, part), CLASSES.length).macroF1;
  const scores = [train, validation, test].map(macroF1);
  const [onTrain = 0, onValidation = 0, onTest = 0] = scores;
  console.log(
    `L2 ${String(penalty).padEnd(5)}  macro-F1 train ${onTrain.toFixed(3)}  validation ${onValidation.toFixed(3)}  test ${onTest.toFixed(3)}`,
  );
  if (onValidation > best.validation) best = { penalty, validation: onValidation, test: onTest };
}
console.log(
  `linear classifier, chosen on validation (L2 ${best.penalty}): test macro-F1 ${best.test.toFixed(3)} at difficulty ${difficulty}`,
);
