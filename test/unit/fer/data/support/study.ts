import { join } from 'node:path';
import { injectImages, type Params } from '../../../../../src/fer/index.ts';
import { sampleFiles, temporaryFolder, writeFiles } from './samples.ts';

/** A small study on disk: `raw` is filled, the other folders are not there yet. */
export interface Study {
  readonly root: string;
  readonly raw: string;
  readonly injected: string;
  readonly augmented: string;
  readonly outs: { readonly train: string; readonly validation: string; readonly test: string };
}

export const HONEST: Params['split'] = { protocol: 'honest', validationFraction: 0.1 };

/** Five training, two validation and two test images for each class, and `more` files. */
export function makeStudy(more: Iterable<readonly [string, Uint8Array]> = []): Study {
  const root = temporaryFolder();
  const raw = join(root, 'raw');
  writeFiles(raw, sampleFiles({ train: 5, publicTest: 2, privateTest: 2 }));
  writeFiles(raw, more);
  return {
    root,
    raw,
    injected: join(root, 'injected'),
    augmented: join(root, 'augmented'),
    outs: { train: join(root, 'train'), validation: join(root, 'validation'), test: join(root, 'test') },
  };
}

/** `inject` params with the schema's defaults, without targets. */
export function injectParams(changes: Partial<Params['inject']>): Params['inject'] {
  return { source: 'none', path: null, targets: {}, minFaceSize: 24, nearDuplicateBits: null, ...changes };
}

/** Fills `injected` with nothing. */
export async function injectNothing({ raw, injected }: Study): Promise<void> {
  await injectImages({
    seed: 1,
    split: HONEST,
    inject: injectParams({}),
    images: raw,
    source: undefined,
    out: injected,
  });
}

/** `augment` params with the schema's defaults. */
export function augmentParams(changes: Partial<Params['augment']>): Params['augment'] {
  return {
    targets: {},
    rotationDegrees: 15,
    shiftFraction: 0.1,
    zoomFraction: 0.1,
    flipProbability: 0.5,
    stretchContrast: false,
    ...changes,
  };
}

/** `to-rgb` params with the schema's defaults. */
export function toRgbParams(changes: Partial<Params['to-rgb']> = {}): Params['to-rgb'] {
  return {
    jpegQuality: { train: null, validation: null, test: null },
    dropTestDuplicates: true,
    dropBlank: true,
    ...changes,
  };
}
