import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { FermentError, writeFileAtomic } from '../../kit/index.ts';
import { type Dataset, IMAGE_SIDE, loadDataset } from '../data/index.ts';
import { type EngineFacts, engineFacts } from '../engine-facts.ts';
import {
  checkClasses,
  countMultiplyAdds,
  disposeModel,
  loadModel,
  MODEL_FILES,
  type ModelInfo,
  type Predictions,
} from '../models/index.ts';
import type { Params } from '../params/index.ts';
import { activeUnits } from './active-units.ts';
import { type Answerer, type AnswerProgress, answerer } from './answerer.ts';
import { type Canary, jpegCanary } from './canary.ts';
import { type Choice, choiceOf, measureViews, workOf } from './measure-views.ts';
import { type EvaluationMetrics, evaluationMetrics } from './metrics.ts';
import { argmaxRows, normaliseRows } from './probabilities.ts';
import { writePredictions } from './stored-answers.ts';
import { withoutDuplicates } from './view-metrics.ts';

export interface EvaluationPlaces {
  /** Folder of the saved model. */
  readonly model: string;
  /** Folder of the packed test split. */
  readonly test: string;
  /** Folder of the packed validation split, which decides the temperature and chooses among sets of views. */
  readonly validation: string;
  /**
   * Folder for `probabilities.npy`, `labels.npy`, `embeddings.npy`, and the `model-info.json` of whose answers they
   * are.
   */
  readonly predictions: string;
}

export interface EvaluationContext {
  readonly seed: number;
  readonly device: DeviceRequest;
  /** Called once, when the engine is loaded. */
  readonly onEngine?: (facts: EngineFacts) => void;
  /** Images answered so far, copies of the canary included. */
  readonly onProgress?: (progress: AnswerProgress) => void;
  readonly onWarning?: (text: string) => void;
}

export interface Evaluation {
  readonly metrics: EvaluationMetrics;
  readonly record: EvaluationRecord;
}

/** What was measured and is no result. */
export interface EvaluationRecord {
  /** Of the first pass over the images, loading excluded. */
  readonly imagesPerSecond: number;
}

/**
 * Answers the validation images, and the test images once as they are, once per quality of the canary, and, where sets
 * of views are asked for, in the set that answers the validation images best; writes answers and embeddings, and
 * measures. Throws DATA_MISSING for an empty test split, or validation split that sets of views need, BAD_WEIGHTS for a
 * model of other classes, and what the loaders of data, engine and model throw.
 */
export async function evaluateModel(
  places: EvaluationPlaces,
  params: Params['evaluate'],
  context: EvaluationContext,
): Promise<Evaluation> {
  const test = loadDataset(places.test);
  if (test.count === 0) {
    throw new FermentError('DATA_MISSING', `The test split ${places.test} has no images.`, {
      hint: 'Look at the counts of download and to-rgb: the source has no test part.',
    });
  }
  const splits: Splits = { test, validation: loadDataset(places.validation) };
  const choice = choiceOf(splits.validation, params);
  if (choice !== undefined && splits.validation.count === 0) throw nothingToChooseBy(places.validation);
  const engine = await loadEngine({ device: context.device });
  context.onEngine?.(engineFacts(engine));
  const { model, info } = await loadModel(engine, places.model);
  try {
    checkClasses(info, places.model);
    const answers = answerer(engine, model, info, workOf(splits, choice, params), context.onProgress);
    const started = performance.now();
    const asIs = answers('test images', test.images);
    const seconds = (performance.now() - started) / 1000;
    writePredictions(places.predictions, test, asIs);
    const whose = readFileSync(join(places.model, MODEL_FILES.info));
    writeFileAtomic(join(places.predictions, MODEL_FILES.info), whose);
    const multiplyAdds = countMultiplyAdds(model);
    const metrics = await measure({ info, multiplyAdds, splits, choice, asIs, answers }, params, context);
    return { metrics, record: { imagesPerSecond: test.count / seconds } };
  } finally {
    disposeModel(model);
  }
}

function nothingToChooseBy(validation: string): FermentError {
  return new FermentError(
    'DATA_MISSING',
    `evaluate.viewSets needs validation images to choose a set of views by. Received: none in ${validation}.`,
    { hint: 'Set evaluate.viewSets: {}, or give the source a validation part (docs/data.md).' },
  );
}

interface Splits {
  readonly test: Dataset;
  readonly validation: Dataset;
}

interface Measured {
  readonly info: ModelInfo;
  readonly multiplyAdds: number;
  readonly splits: Splits;
  readonly choice: Choice | undefined;
  /** The test images as they are. */
  readonly asIs: Predictions;
  readonly answers: Answerer;
}

/** Everything that is asked beside the test images as they are, and all measures. */
async function measure(
  { info, multiplyAdds, splits, choice, asIs, answers }: Measured,
  params: Params['evaluate'],
  { seed, onWarning }: EvaluationContext,
): Promise<EvaluationMetrics> {
  const { test, validation } = splits;
  const held = answers('validation images', validation.images);
  const canary = await canaryOf(test, info, { asIs, answers, params });
  const { provenance, labels } = test;
  const { probabilities, logits } = asIs;
  const inTrain = provenance.map((image) => image.inTrain === true);
  const short = { labels, probabilities, classCount: info.classes.length, inTrain };
  const answer = (text: string, images: Uint8Array): Float32Array => answers(text, images).probabilities;
  const views =
    choice && measureViews(choice, test.images, short, { ...params, seed, held: held.probabilities, answer });
  const measured = {
    info,
    multiplyAdds,
    labels,
    probabilities,
    logits,
    validation: { labels: validation.labels, logits: held.logits },
    embedding: activeUnits(asIs.embeddings, asIs.dimensions),
    canary,
    origins: provenance.map((image) => image.origin),
    ...withoutDuplicates(short),
    views,
  };
  const metrics = evaluationMetrics(measured, params, seed);
  for (const alarm of metrics.alarms) onWarning?.(alarm);
  return metrics;
}

/** What JPEG does to the answers. */
function canaryOf(
  test: Dataset,
  { classes }: ModelInfo,
  {
    asIs,
    answers,
    params: { canaryQualities, collapseShare },
  }: { readonly asIs: Predictions; readonly answers: Answerer; readonly params: Params['evaluate'] },
): Promise<Canary> {
  const answersOf = (text: string, copies: Uint8Array): Uint8Array =>
    argmaxRows(answers(text, copies).probabilities, classes.length);
  return jpegCanary(
    { data: test.images, count: test.count, side: IMAGE_SIDE },
    test.labels,
    argmaxRows(normaliseRows(asIs.probabilities, classes.length), classes.length),
    (copies, quality) => answersOf(`copies at JPEG quality ${quality}`, copies),
    { classes, qualities: canaryQualities, collapseShare },
  );
}
