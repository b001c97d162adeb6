import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FermentError, messageOf, writeFileAtomic } from '../../kit/index.ts';

/** Where an image of the study came from. */
export type Origin = 'original' | 'injected' | 'augmented';
export const ORIGINS = ['original', 'injected', 'augmented'] as const satisfies readonly Origin[];

/** Where one packed image came from. */
export interface ImageProvenance {
  readonly origin: Origin;
  /** Path below the stage's input folder: `train/happy/Training_1.jpg`, `disgust/Injected_x.png`. */
  readonly source: string;
  /** For an augmented image: the image it was made from, `train/…` or `injected/…`. */
  readonly parent?: string;
  /** What was done to the pixels, first to last: `jpeg`, `gray`, `resize 350x350 to 48x48`, `png`, `jpeg-q75`. */
  readonly encoding: readonly string[];
  /** For validation and test: its pixels occur among the training images, also where these were dropped for it. */
  readonly inTrain?: true;
}

export const PROVENANCE_FILE = 'provenance.json';

/** Writes records as JSON, one a line, so that a file of 30,000 can be searched and compared with line tools. */
export function writeProvenance(folder: string, records: readonly unknown[]): void {
  const lines = records.map((record) => JSON.stringify(record));
  const body = lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`;
  writeFileAtomic(join(folder, PROVENANCE_FILE), `{"images":[${body}]}\n`);
}

/** Reads what writeProvenance wrote. Throws DATA_DAMAGED when it is missing or not that. */
export function readProvenance<R>(folder: string): readonly R[] {
  const path = join(folder, PROVENANCE_FILE);
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isProvenanceFile(value)) return value.images as readonly R[];
  } catch (error) {
    throw damaged(path, messageOf(error), error);
  }
  throw damaged(path, 'a JSON object with a list "images" was expected', undefined);
}

function isProvenanceFile(value: unknown): value is { readonly images: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'images' in value && Array.isArray(value.images);
}

function damaged(path: string, problem: string, cause: unknown): FermentError {
  return new FermentError('DATA_DAMAGED', `Cannot read ${path}: ${problem}.`, {
    hint: 'Run the stage that writes it again (npx ferment repro).',
    cause,
  });
}
