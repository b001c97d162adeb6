import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceRequest, loadEngine, type WeightPrecision } from '../../engine/index.ts';
import { FermentError, messageOf, readTextIfAny, writeFileAtomic } from '../../kit/index.ts';
import type { DownloadReport, PackReport } from '../data/index.ts';
import type { EvaluationMetrics } from '../evaluation/index.ts';
import { disposeModel, loadModel, MODEL_FILES, type ModelInfo, saveModel } from '../models/index.ts';
import type { TrainingMetrics } from '../training/index.ts';
import { renderModelCard } from './model-card.ts';

export interface PublishOptions {
  /** Folder of the project whose pipeline trained and evaluated the model. */
  readonly project: string;
  /** Name of the training: `train@NAME`. */
  readonly name: string;
  readonly out: string;
  readonly precision: WeightPrecision;
  readonly device: DeviceRequest;
}

export interface PublishReport {
  readonly out: string;
  readonly files: readonly string[];
  readonly info: ModelInfo;
}

/** The card beside the model's files. */
export const CARD_FILE = 'README.md';

/**
 * Writes a trained and evaluated model with its card into a folder that can be handed on: smaller numbers, the
 * temperature that validation chose, and every figure from the metrics files. Throws USAGE where the folder has a
 * README.md of somebody else, DATA_MISSING when a metrics file is not there, DATA_DAMAGED when the figures are those of
 * another model, and what the loader of models throws.
 */
export async function publishModel(options: PublishOptions): Promise<PublishReport> {
  const { project, name, out, precision } = options;
  refuseOtherReadme(out);
  const download = readMetrics<DownloadReport>(project, 'download.json');
  const packed = readMetrics<PackReport>(project, 'to-rgb.json');
  const training = readMetrics<TrainingMetrics>(project, `train/${name}.json`);
  const evaluation = readMetrics<EvaluationMetrics>(project, `evaluate/${name}.json`);
  refuseOtherFigures(project, name);
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, join(project, 'artifacts', 'models', name));
  try {
    const temperature = evaluation.temperature?.value;
    const published = temperature === undefined ? info : { ...info, temperature };
    const card = renderModelCard({
      ...{ name, download, packed, training, evaluation, precision },
      targetShare: shareOf(info),
    });
    await saveModel(out, model, published, precision);
    writeFileAtomic(join(out, CARD_FILE), card);
    return { out, files: [...Object.values(MODEL_FILES), CARD_FILE], info: published };
  } finally {
    disposeModel(model);
  }
}

/** A card stands beside a model; any other README.md is not ours to write over. */
function refuseOtherReadme(out: string): void {
  const card = join(out, CARD_FILE);
  if (!existsSync(card) || existsSync(join(out, MODEL_FILES.info))) return;
  throw new FermentError('USAGE', `The model's card would take the place of ${card}.`, {
    hint: 'Name another folder for --out: a new one, or one with an earlier card and model.',
  });
}

/**
 * A model that was trained again after its evaluation would get the figures of the one before. The evaluation keeps the
 * info of the model that it measured, with the digest of its weights.
 */
function refuseOtherFigures(project: string, name: string): void {
  const [measured, trained] = ['evaluation', 'models'].map((folder) =>
    readTextIfAny(join(project, 'artifacts', folder, name, MODEL_FILES.info)),
  );
  // Without a model its loader says what is missing.
  if (trained === undefined || measured === trained) return;
  const found = measured === undefined ? 'none' : 'that of another training';
  throw new FermentError(
    'DATA_DAMAGED',
    `The figures in reports/metrics/evaluate/${name}.json may be those of another model. Expected the ${MODEL_FILES.info} in artifacts/evaluation/${name} to be that of artifacts/models/${name}. Received: ${found}.`,
    { hint: `Measure this one first: npx ferment repro evaluate@${name}` },
  );
}

/** The training's own word, as it stands in the model's info. */
function shareOf({ params }: ModelInfo): number | undefined {
  const share = params['targetShare'];
  return typeof share === 'number' ? share : undefined;
}

function readMetrics<T>(project: string, name: string): T {
  const path = join(project, 'reports', 'metrics', name);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    throw new FermentError('DATA_MISSING', `${path} cannot be read: ${messageOf(error)}.`, {
      hint: 'A model is published with its figures: run train and evaluate of it first.',
      cause: error,
    });
  }
}
