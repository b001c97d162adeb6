import { type ImageBatch, reencodeJpeg } from '../images/index.ts';
import { type ClassificationReport, classificationReport } from './classification-report.ts';

/** What a model answers on one encoding of the test images. */
export interface EncodingScores {
  readonly accuracy: number;
  readonly macroF1: number;
  /** Accuracy less that on the images as evaluated. */
  readonly accuracyChange: number;
  /** Share of the most frequent answer. */
  readonly largestShare: number;
  /** Histogram of the answers, in the order of the classes. */
  readonly predicted: readonly number[];
}

export interface Canary {
  readonly asIs: EncodingScores;
  /** By JPEG quality, in the order asked for. */
  readonly qualities: readonly (readonly [number, EncodingScores])[];
  /** One sentence for each thing that should not be; empty for a sound model. */
  readonly alarms: readonly string[];
}

export interface CanaryOptions {
  readonly classes: readonly string[];
  readonly qualities: readonly number[];
  /** Alarm when one class gets more than this share of the answers. */
  readonly collapseShare: number;
  /** Alarm when accuracy moves by more than this, either way. Default 0.05. */
  readonly accuracyTolerance?: number;
}

const DEFAULT_TOLERANCE = 0.05;

/**
 * Whether the model reads the encoding instead of the face: its answers on the images as it is evaluated on
 * them (`answers`) and on copies re-encoded as JPEG, which look the same to a person. `answer` predicts a class for
 * each image. A model that gets better on copies was trained on re-encoded images: the fault of the paper's own final
 * models.
 */
export async function jpegCanary(
  images: ImageBatch,
  labels: ArrayLike<number>,
  answers: ArrayLike<number>,
  answer: (images: Uint8Array, quality: number) => Promise<ArrayLike<number>> | ArrayLike<number>,
  options: CanaryOptions,
): Promise<Canary> {
  const classCount = options.classes.length;
  const plain = classificationReport(labels, answers, classCount);
  const asIs = encodingScores(plain, plain.accuracy, labels.length);
  const alarms = alarmsOf('the images as evaluated', asIs, options);
  const qualities: [number, EncodingScores][] = [];
  for (const quality of options.qualities) {
    const copies = await answer(await reencodeJpeg(images, quality), quality);
    const scores = encodingScores(
      classificationReport(labels, copies, classCount),
      plain.accuracy,
      labels.length,
    );
    qualities.push([quality, scores]);
    alarms.push(...alarmsOf(`copies at JPEG quality ${quality}`, scores, options));
  }
  return { asIs, qualities, alarms };
}

function encodingScores(report: ClassificationReport, reference: number, samples: number): EncodingScores {
  const predicted = report.perClass.map((s) => s.predicted);
  return {
    accuracy: report.accuracy,
    macroF1: report.macroF1,
    accuracyChange: report.accuracy - reference,
    largestShare: Math.max(...predicted) / samples,
    predicted,
  };
}

function alarmsOf(where: string, scores: EncodingScores, options: CanaryOptions): string[] {
  const alarms: string[] = [];
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  if (scores.largestShare > options.collapseShare) {
    const largest = options.classes[scores.predicted.indexOf(Math.max(...scores.predicted))];
    alarms.push(
      `Collapse: "${largest}" gets ${percent(scores.largestShare)} of all answers on ${where} (limit ${percent(options.collapseShare)}).`,
    );
  }
  const tolerance = options.accuracyTolerance ?? DEFAULT_TOLERANCE;
  const points = `${Math.abs(scores.accuracyChange * 100).toFixed(1)} points to ${percent(scores.accuracy)}`;
  if (scores.accuracyChange < -tolerance) {
    alarms.push(`Encoding: accuracy falls by ${points} on ${where}; the model depends on the encoding.`);
  }
  if (scores.accuracyChange > tolerance) {
    alarms.push(
      `Encoding: accuracy rises by ${points} on ${where}; the model seems to be trained on re-encoded images.`,
    );
  }
  return alarms;
}
