import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeGrayPng } from '../../../../../src/fer/images/index.ts';
import { CLASSES, type Params } from '../../../../../src/fer/index.ts';
import { createRandom } from '../../../../../src/kit/index.ts';

/** The shared folder of references and data beside the checkout; tests that need it are skipped without it. */
export const SHARED = join(import.meta.dirname, '../../../../../../shared');

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ferment-data-'));
}

/** A 48 x 48 gray image, another one for each label and number. */
export function samplePixels(label: number, number: number): Uint8Array {
  const random = createRandom(7, 'sample', label, number);
  return Uint8Array.from({ length: 48 * 48 }, () => random.below(256));
}

export function samplePng(label: number, number: number): Buffer {
  return encodeGrayPng({ width: 48, height: 48, pixels: samplePixels(label, number) });
}

/** Files of a made-up data set: `train/angry/Training_1.png` and so on, `counts` images for each class. */
export function sampleFiles(counts: {
  train: number;
  publicTest: number;
  privateTest: number;
}): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  let number = 0;
  for (const [label, name] of CLASSES.entries()) {
    const add = (path: string, count: number): void => {
      for (let i = 1; i <= count; i++) files.set(`${path}${i}.png`, samplePng(label, number++));
    };
    add(`train/${name}/Training_`, counts.train);
    add(`test/${name}/PublicTest_`, counts.publicTest);
    add(`test/${name}/PrivateTest_`, counts.privateTest);
  }
  return files;
}

export function writeFiles(root: string, files: Iterable<readonly [string, string | Uint8Array]>): void {
  for (const [path, data] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), data);
  }
}

/** Every file below a folder, sorted. */
export function listAll(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** `download` params with the schema's defaults. */
export function downloadParams(changes: Partial<Params['download']>): Params['download'] {
  return {
    source: 'generated',
    path: null,
    url: null,
    sha256: null,
    kaggle: { dataset: 'msambare/fer2013', tokenFile: '~/.kaggle/kaggle.json' },
    generated: { train: 70, validation: 70, test: 70, difficulty: 1 },
    ...changes,
  };
}
