import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceRequest, loadEngine, type WeightPrecision } from '../../engine/index.ts';
import { FermentError, messageOf, writeFileAtomic } from '../../kit/index.ts';
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
 * temperature that validation chose, and every figure from the metrics files. Throws DATA_MISSING when one of these is not
 * there, and what the loader of models throws.
 */
export async function publishModel(options: PublishOptions): Promise<PublishReport> {
  const { project, name, out, precision } = options;
  const download = readMetrics<DownloadReport>(project, 'download.json');
  const packed = readMetrics<PackReport>(project, 'to-rgb.json');
  const training = readMetrics<TrainingMetrics>(project, `train/${name}.json`);
  const evaluation = readMetrics<EvaluationMetrics>(project, `evaluate/${name}.json`);
  const engine = await loadEngine({ device: options.device });
  const { model, info } = await loadModel(engine, join(project, 'artifacts', 'models', name));
  try {
    const temperature = evaluation.temperature?.value;
    const published = temperature === undefined ? info : { ...info, temperature };
    await saveModel(out, model, published, precision);
    writeFileAtomic(
      join(out, CARD_FILE),
      renderModelCard({
        ...{ name, download, packed, training, evaluation, precision },
        targetShare: shareOf(info),
      }),
    );
    return { out, files: [...Object.values(MODEL_FILES), CARD_FILE], info: published };
  } finally {
    disposeModel(model);
  }
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
