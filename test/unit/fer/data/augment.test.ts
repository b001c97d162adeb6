import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  applyOfflineChange,
  decodeGray,
  encodeGrayPng,
  type OfflineChange,
  stretchToBytes,
} from '../../../../src/fer/images/index.ts';
import { type AugmentReport, augmentImages, injectImages, type Params } from '../../../../src/fer/index.ts';
import { listAll, samplePng, writeFiles } from './support/samples.ts';
import {
  augmentParams,
  HONEST,
  injectNothing,
  injectParams,
  makeStudy,
  type Study,
} from './support/study.ts';

let study: Study;

beforeEach(async () => {
  study = makeStudy();
  await injectNothing(study);
});

function augment(
  changes: Partial<Params['augment']>,
  { seed = 1, split = HONEST }: { seed?: number; split?: Params['split'] } = {},
): Promise<AugmentReport> {
  return augmentImages({
    seed,
    split,
    augment: augmentParams(changes),
    images: study.raw,
    injected: study.injected,
    out: study.augmented,
  });
}

interface Record {
  readonly path: string;
  readonly parent: string;
  readonly copy: number;
  readonly change: OfflineChange;
}

const records = (): Record[] =>
  (JSON.parse(readFileSync(join(study.augmented, 'provenance.json'), 'utf8')) as { images: Record[] }).images;

async function pixelsOf(folder: string, path: string): Promise<Uint8Array> {
  return (await decodeGray(readFileSync(join(folder, path)))).pixels;
}

describe('offline augmentation', () => {
  it('fills a class exactly to its target, each parent as often as the others, under names of their own', async () => {
    const report = await augment({ targets: { disgust: 18, sad: 5, happy: 3 } });
    expect(report).toMatchObject({
      total: 13,
      before: { disgust: 5 },
      augmented: { disgust: 13, sad: 0, happy: 0 },
      after: { disgust: 18, sad: 5, happy: 5 },
    });
    expect(listAll(join(study.augmented, 'disgust'))).toHaveLength(13);
    const perParent = groupByParent(records());
    expect([...perParent.values()].map((group) => group.length).sort()).toEqual([2, 2, 3, 3, 3]);
    for (const { path, parent, copy } of records())
      expect(path).toBe(`disgust/Augmented_${parent.split('/').at(-1)}_000${copy}.png`);
  });

  it('is refused, with what it would take, where a target is beyond all measure', async () => {
    await expect(augment({ targets: { disgust: 1_000_000_005 } })).rejects.toMatchObject({
      code: 'BAD_PARAMS',
      message: 'augment.targets must ask for at most 500,000 new images. Received: 1,000,000,000.',
      hint: expect.stringMatching(/11 kB of the disk, and 7 kB of memory/),
    });
  });

  it('writes what its record says: the change of its parent', async () => {
    await augment({ targets: { disgust: 9 } });
    for (const { path, parent, change } of records()) {
      const levels = applyOfflineChange(await pixelsOf(study.raw, parent), 48, change);
      const wanted = Uint8Array.from(levels, (level) => Math.round(level));
      expect(await pixelsOf(study.augmented, path)).toEqual(wanted);
      expect(Math.abs(change.rotationDegrees)).toBeLessThanOrEqual(15);
      expect(Math.max(Math.abs(change.shiftX), Math.abs(change.shiftY))).toBeLessThanOrEqual(4.8);
      expect(Math.max(Math.abs(change.zoomX - 1), Math.abs(change.zoomY - 1))).toBeLessThanOrEqual(0.1);
    }
  });

  it("stretches the contrast when that is wanted, as the paper's writer did", async () => {
    await augment({ targets: { disgust: 6 }, stretchContrast: true });
    const [record] = records();
    if (record === undefined) throw new Error('no image');
    const wanted = stretchToBytes(
      applyOfflineChange(await pixelsOf(study.raw, record.parent), 48, record.change),
    );
    const got = await pixelsOf(study.augmented, record.path);
    expect([got, Math.min(...got), Math.max(...got)]).toEqual([wanted, 0, 255]);
  });

  it('gives the same bytes for the same seed, and keeps what a smaller target made', async () => {
    const run = async (target: number, seed: number): Promise<Map<string, string>> => {
      await augment({ targets: { disgust: target } }, { seed });
      return new Map(
        listAll(study.augmented).map((path) => [path, readFileSync(join(study.augmented, path), 'latin1')]),
      );
    };
    const small = await run(9, 1);
    expect(await run(9, 1)).toEqual(small);
    const large = await run(15, 1);
    small.delete('provenance.json');
    for (const [path, bytes] of small) expect(large.get(path)).toBe(bytes);
    expect(await run(9, 2)).not.toEqual(small);
  });

  it('makes new images of injected ones too, and carries their names', async () => {
    await injectImages({
      seed: 1,
      split: HONEST,
      inject: injectParams({ source: 'generated', targets: { disgust: 7 } }),
      images: study.raw,
      source: undefined,
      out: study.injected,
    });
    const report = await augment({ targets: { disgust: 21 } });
    expect(report).toMatchObject({ before: { disgust: 7 }, augmented: { disgust: 14 } });
    const parents = [...new Set(records().map((record) => record.parent))].sort();
    expect(parents).toHaveLength(7);
    expect(parents.filter((parent) => parent.startsWith('injected/disgust/Injected_drawn-'))).toHaveLength(2);
    expect(parents.filter((parent) => parent.startsWith('train/disgust/Training_'))).toHaveLength(5);
  });

  it('takes no parent whose pixels are held back or blank, unless the paper is repeated', async () => {
    const test = readFileSync(join(study.raw, 'test/disgust/PublicTest_1.png'));
    const blank = encodeGrayPng({ width: 48, height: 48, pixels: new Uint8Array(2304).fill(9) });
    writeFiles(study.raw, [
      ['train/disgust/Training_8.png', test],
      ['train/disgust/Training_9.png', blank],
    ]);
    const honest = await augment({ targets: { disgust: 50 } });
    expect(honest.leftOut).toEqual({ heldBack: 1, blank: 1 });
    expect(new Set(records().map((record) => record.parent)).size).toBe(5);
    const paper = await augment({ targets: { disgust: 50 } }, { split: { ...HONEST, protocol: 'paper' } });
    expect(paper.leftOut).toEqual({ heldBack: 0, blank: 0 });
    expect(new Set(records().map((record) => record.parent)).size).toBe(7);
  });

  it('says which class has nothing to start from', async () => {
    const test = readFileSync(join(study.raw, 'test/fear/PublicTest_1.png'));
    for (let i = 1; i <= 5; i++) writeFiles(study.raw, [[`train/fear/Training_${i}.png`, test]]);
    await expect(augment({ targets: { fear: 9 } })).rejects.toMatchObject({
      code: 'DATA_LAYOUT',
      message:
        'Class fear has a target under augment.targets. Received: no training image to make new ones from.',
    });
  });

  it('names the training image that is none', async () => {
    writeFiles(study.raw, [['train/disgust/Training_9.png', samplePng(1, 1).subarray(0, 700)]]);
    await expect(augment({ targets: { disgust: 9 } })).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      message: expect.stringMatching(/train\/disgust\/Training_9\.png: /),
    });
  });
});

function groupByParent(all: readonly Record[]): Map<string, Record[]> {
  const groups = new Map<string, Record[]>();
  for (const record of all) groups.set(record.parent, [...(groups.get(record.parent) ?? []), record]);
  return groups;
}
