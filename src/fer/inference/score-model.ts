import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { IMAGE_SIDE } from '../data/index.ts';
import { type EngineFacts, engineFacts } from '../engine-facts.ts';
import {
  argmaxRows,
  type ClassificationReport,
  classificationReport,
  logLoss,
  normaliseRows,
} from '../evaluation/index.ts';
import { reencodeJpeg } from '../images/index.ts';
import { disposeModel, loadModel, type ModelInfo, predict } from '../models/index.ts';
import { loadLabelledImages } from './labelled-images.ts';

export interface ScoreOptions {
  /** Folder of a saved model. */
  readonly model: string;
  /** Folder of labelled images, packed or one folder a class. */
  readonly data: string;
  /** Answers copies that went through JPEG of this quality instead of the images as they are. */
  readonly jpegQuality?: number;
  readonly device: DeviceRequest;
}

export interface Scores extends ClassificationReport {
  readonly images: number;
  /** Mean cross-entropy in nats. */
  readonly logLoss: number;
  readonly info: ModelInfo;
  readonly engine: EngineFacts;
}

/** Answers labelled images with a saved model, and compares. Throws what the loaders of data and model throw. */
export async function scoreModel(options: ScoreOptions): Promise<Scores> {
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, options.model);
  try {
    const { images, labels } = await loadLabelledImages(options.data);
    const { jpegQuality } = options;
    const seen =
      jpegQuality === undefined
        ? images
        : await reencodeJpeg({ data: images, count: labels.length, side: IMAGE_SIDE }, jpegQuality);
    const { probabilities } = predict(engine, model, seen, { preprocessing: info.preprocessing });
    const classes = info.classes.length;
    const p = normaliseRows(probabilities, classes);
    return {
      images: labels.length,
      ...classificationReport(labels, argmaxRows(p, classes), classes),
      logLoss: logLoss(p, labels, classes),
      info,
      engine: engineFacts(engine),
    };
  } finally {
    disposeModel(model);
  }
}
