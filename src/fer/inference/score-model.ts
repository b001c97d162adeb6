import { type DeviceRequest, loadEngine } from '../../engine/index.ts';
import { FermentError } from '../../kit/index.ts';
import { IMAGE_SIDE } from '../data/index.ts';
import { type EngineFacts, engineFacts } from '../engine-facts.ts';
import {
  argmaxRows,
  type ClassificationReport,
  classificationReport,
  logLoss,
  normaliseRows,
} from '../evaluation/index.ts';
import { atTemperature } from '../evaluation/temperature.ts';
import { reencodeJpeg } from '../images/index.ts';
import { disposeModel, loadModel, type ModelInfo, predict, softmaxRows } from '../models/index.ts';
import { CLASSES } from '../params/index.ts';
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
  /** What of the folder of images was left alone. */
  readonly passedOver: readonly string[];
  /** Mean cross-entropy in nats, of the probabilities at the model's temperature. */
  readonly logLoss: number;
  readonly info: ModelInfo;
  readonly engine: EngineFacts;
}

/**
 * Answers labelled images with a saved model, and compares by the names of the classes. Throws what the loaders of data
 * and model throw, BAD_WEIGHTS for a model of other classes, BAD_ARRAY where it answers with numbers that are none.
 */
export async function scoreModel(options: ScoreOptions): Promise<Scores> {
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, options.model);
  try {
    const places = placesOf(info, options.model);
    const { images, labels: own, passedOver } = await loadLabelledImages(options.data);
    const labels = own.map((label) => places[label] ?? label);
    const { jpegQuality } = options;
    const seen =
      jpegQuality === undefined
        ? images
        : await reencodeJpeg({ data: images, count: labels.length, side: IMAGE_SIDE }, jpegQuality);
    const { logits } = predict(engine, model, seen, { preprocessing: info.preprocessing });
    const classes = info.classes.length;
    const p = normaliseRows(softmaxRows(atTemperature(logits, info.temperature ?? 1), classes), classes);
    return {
      images: labels.length,
      passedOver,
      ...classificationReport(labels, argmaxRows(p, classes), classes),
      logLoss: logLoss(p, labels, classes),
      info,
      engine: engineFacts(engine),
    };
  } finally {
    disposeModel(model);
  }
}

/** Where the model has each class of the data: a model from elsewhere may have them in another order. */
function placesOf({ classes }: ModelInfo, model: string): readonly number[] {
  return CLASSES.map((name) => {
    const place = classes.indexOf(name);
    if (place >= 0) return place;
    throw new FermentError(
      'BAD_WEIGHTS',
      `Labels are ${CLASSES.join(', ')}, and the model in ${model} has no class ${name}. Received: ${classes.join(', ')}.`,
      {
        hint: "Write the data's names into the list `classes` of its model-info.json, in the order of its logits.",
      },
    );
  });
}
