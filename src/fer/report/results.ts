import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { compareBytes, FermentError, messageOf } from '../../kit/index.ts';
import type { DownloadReport, InjectReport, PackReport } from '../data/index.ts';
import type { CompareMetrics, EvaluationMetrics } from '../evaluation/index.ts';
import type { MapMetrics } from '../maps/index.ts';
import type { TeachingMetrics } from '../teaching/index.ts';
import type { TrainingMetrics } from '../training/index.ts';
import { checkKeys } from './required.ts';

/** One row of a training's history: column name to value. */
export type HistoryRow = Readonly<Record<string, number>>;

export interface TrainingResult {
  readonly metrics: TrainingMetrics;
  readonly history: readonly HistoryRow[];
}

/** Everything that the report tells, read from the metrics files; maps are in byte order of their names. */
export interface Results {
  readonly download: DownloadReport;
  readonly inject: InjectReport;
  readonly packed: PackReport;
  readonly select: Readonly<Record<string, unknown>>;
  readonly sweep: ReadonlyMap<string, TrainingResult>;
  readonly training: ReadonlyMap<string, TrainingResult>;
  readonly teaching: ReadonlyMap<string, TeachingMetrics>;
  readonly evaluation: ReadonlyMap<string, EvaluationMetrics>;
  readonly compare: ReadonlyMap<string, CompareMetrics>;
  readonly maps: ReadonlyMap<string, MapMetrics>;
}

/**
 * Reads the metrics (`sweep/NAME.json`, `train/NAME.csv`, `evaluate/…`, `tsne/…`, `download.json`, …) by the last two
 * parts of their paths. Throws DATA_DAMAGED for a file that is no JSON or CSV or lacks what the report tells, DATA_MISSING for one that is not there.
 */
export function readResults(paths: readonly string[]): Results {
  const files = new Map(paths.map((path) => [`${basename(dirname(path))}/${basename(path)}`, path]));
  const top = <T>(name: string): T => readJson<T>(name, require(files, `metrics/${name}.json`));
  const folder = <T>(name: string): Map<string, T> =>
    new Map(
      namesIn(files, name).map((key) => [key, readJson<T>(name, require(files, `${name}/${key}.json`))]),
    );
  const trainings = (name: string): Map<string, TrainingResult> =>
    new Map(
      [...folder<TrainingMetrics>(name)].map(([key, metrics]) => [
        key,
        { metrics, history: readHistory(require(files, `${name}/${key}.csv`)) },
      ]),
    );
  return {
    download: top('download'),
    inject: top('inject'),
    packed: top('to-rgb'),
    select: files.has('metrics/select.json') ? top('select') : {},
    sweep: trainings('sweep'),
    training: trainings('train'),
    teaching: folder('teach'),
    evaluation: folder('evaluate'),
    compare: folder('compare'),
    maps: folder('tsne'),
  };
}

function namesIn(files: ReadonlyMap<string, string>, folder: string): string[] {
  return [...files.keys()]
    .filter((key) => key.startsWith(`${folder}/`) && key.endsWith('.json'))
    .map((key) => basename(key, '.json'))
    .sort(compareBytes);
}

function require(files: ReadonlyMap<string, string>, key: string): string {
  const path = files.get(key);
  if (path !== undefined) return path;
  throw new FermentError('DATA_MISSING', `The report needs the metrics file ${key}, and no stage wrote it.`, {
    hint: 'Run the whole pipeline: npx ferment repro',
  });
}

function readJson<T>(kind: string, path: string): T {
  const metrics = parse(path);
  checkKeys(kind, metrics, path);
  return metrics as T;
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new FermentError('DATA_DAMAGED', `${path} cannot be read as JSON: ${messageOf(error)}.`, {
      hint: 'Delete it and run: npx ferment repro',
      cause: error,
    });
  }
}

/** A CSV of numbers with a header line, as the trainings write it. */
function readHistory(path: string): HistoryRow[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',').map(Number);
    return Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? Number.NaN]));
  });
}
