import { type DeviceRequest, type Engine, loadEngine } from '../../engine/index.ts';
import { FermentError } from '../../kit/index.ts';
import { loadDataset } from '../data/index.ts';
import { type EngineFacts, engineFacts } from '../engine-facts.ts';
import { argmaxRows } from '../evaluation/probabilities.ts';
import { meanOf, type View, type ViewSet, viewAnswers, viewsOf } from '../evaluation/views.ts';
import { checkClasses, disposeModel, loadModel, predict } from '../models/index.ts';
import { CLASSES } from '../params/index.ts';
import { writeSoftTargets } from './soft-targets.ts';

export interface TeachingPlaces {
  /** Folders of saved models, one or more. */
  readonly models: readonly string[];
  /** Folder of the packed split whose images are answered. */
  readonly train: string;
  /** Folder for the targets. */
  readonly targets: string;
}

export interface TeachingContext {
  readonly views: ViewSet;
  readonly device: DeviceRequest;
  /** Called once, when the engine is loaded. */
  readonly onEngine?: (facts: EngineFacts) => void;
  readonly onProgress?: (progress: TeachingProgress) => void;
}

export interface TeachingProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'image';
  /** Which model answers. */
  readonly text: string;
}

/** How well the teachers' mean answer, as it stands in the targets, fits the labels that they were trained on. */
export interface TeachingMetrics {
  readonly models: number;
  readonly views: number;
  readonly images: number;
  /** Share of the images whose label is the mean answer's largest class. */
  readonly accuracy: number;
  /** Mean entropy of a target, in nats: 0 is a plain label, log 7 knows nothing. */
  readonly entropy: number;
}

/**
 * Answers every training image with every model in every view and writes the mean of the probabilities, as targets
 * for another net (Hinton et al., 2015, at temperature 1; teachers trained with smoothed labels are soft already).
 * Throws what the loaders of data, engine and model throw, BAD_WEIGHTS for a model of other classes, and DATA_MISSING
 * without a model or an image.
 */
export async function teachTargets(
  places: TeachingPlaces,
  context: TeachingContext,
): Promise<TeachingMetrics> {
  const dataset = loadDataset(places.train);
  if (dataset.count === 0 || places.models.length === 0)
    throw new FermentError('DATA_MISSING', 'Teaching needs at least one model and one training image.');
  const engine = await loadEngine({ device: context.device });
  context.onEngine?.(engineFacts(engine));
  const views = viewsOf(context.views);
  const total = places.models.length * views.length * dataset.count;
  const means: Float32Array[] = [];
  for (const [i, folder] of places.models.entries()) {
    const before = i * views.length * dataset.count;
    const onProgress = (done: number): void =>
      context.onProgress?.({ done: before + done, total, unit: 'image', text: folder });
    means.push(await answersOf({ engine, folder, views, images: dataset.images, onProgress }));
  }
  const targets = meanOf(means);
  writeSoftTargets(places.targets, targets, { dataset, models: places.models, views: views.length });
  return {
    models: places.models.length,
    views: views.length,
    images: dataset.count,
    ...fitOf(targets, dataset.labels),
  };
}

interface AnswerOptions {
  readonly engine: Engine;
  readonly folder: string;
  readonly views: readonly View[];
  readonly images: Uint8Array;
  /** Called with the number of images answered, over all views. */
  readonly onProgress: (done: number) => void;
}

/** The mean answer of one model over the views. */
async function answersOf({
  engine,
  folder,
  views,
  images,
  onProgress,
}: AnswerOptions): Promise<Float32Array> {
  const { model, info } = await loadModel(engine, folder);
  const { preprocessing } = info;
  let before = 0;
  try {
    checkClasses(info, folder);
    const answer = viewAnswers(images, (seen) => {
      const { probabilities } = predict(engine, model, seen, {
        preprocessing,
        onProgress: (done) => onProgress(before + done),
      });
      before += probabilities.length / CLASSES.length;
      return probabilities;
    });
    return meanOf(views.map(answer));
  } finally {
    disposeModel(model);
  }
}

function fitOf(targets: Float32Array, labels: Uint8Array): Pick<TeachingMetrics, 'accuracy' | 'entropy'> {
  const answers = argmaxRows(targets, CLASSES.length);
  const right = labels.filter((label, i) => answers[i] === label).length;
  let entropy = 0;
  for (const p of targets) entropy -= p > 0 ? p * Math.log(p) : 0;
  return { accuracy: right / labels.length, entropy: entropy / labels.length };
}
