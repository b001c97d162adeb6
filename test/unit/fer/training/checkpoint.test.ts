import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../../../src/fer/training/loop/checkpoint.ts';
import { digestOf } from '../../../../src/kit/index.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const config = digestOf('configuration');
const tensors = new Map([
  ['state/a', { shape: [2, 2], values: Float32Array.of(1, -0, Number.NaN, 1e-45) }],
  ['state/empty', { shape: [0], values: new Float32Array(0) }],
  ['kept/a', { shape: [1], values: Float32Array.of(Number.POSITIVE_INFINITY) }],
]);
const progress = { epoch: 3, text: 'ä' };

function written(): string {
  const path = join(temporaryFolder(), 'deep', 'training.ckpt');
  writeCheckpoint(path, config, { progress, tensors });
  return path;
}

describe('a checkpoint', () => {
  it('comes back bit for bit', () => {
    const found = readCheckpoint(written(), config);
    expect(found).toEqual({ kind: 'found', progress, tensors });
  });

  it('is not there before the first is written', () => {
    expect(readCheckpoint(join(temporaryFolder(), 'none.ckpt'), config)).toEqual({ kind: 'none' });
  });

  it('of another configuration is not used', () => {
    expect(readCheckpoint(written(), digestOf('another'))).toEqual({
      kind: 'unusable',
      why: 'it belongs to another configuration or other data',
    });
  });

  it('with any byte changed is not used, whatever the byte says', () => {
    const path = written();
    const whole = readFileSync(path);
    const whyWith = (at: number, mask: number): string => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      writeFileSync(path, bytes);
      const found = readCheckpoint(path, config);
      return found.kind === 'unusable' ? found.why : found.kind;
    };
    const whys = Array.from(whole, (_, at) => whyWith(at, 1));
    expect([...new Set(whys)]).toEqual(['its format is not ferment-checkpoint-3', 'it is damaged']);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, mask) => {
          expect(whys).toContain(whyWith(at, mask));
        },
      ),
    );
  });

  it('with something after its end is not used', () => {
    const path = written();
    appendFileSync(path, 'x');
    expect(readCheckpoint(path, config)).toEqual({ kind: 'unusable', why: 'it is damaged' });
  });

  it('of the first format, whose digest left out the header, is not used', () => {
    const path = join(temporaryFolder(), 'training.ckpt');
    const header = JSON.stringify({
      format: 'ferment-checkpoint-1',
      config,
      progress,
      tensors: [],
      payload: '',
    });
    writeFileSync(path, Buffer.concat([Buffer.from([header.length, 0, 0, 0]), Buffer.from(header)]));
    expect(readCheckpoint(path, config)).toEqual({
      kind: 'unusable',
      why: 'its format is not ferment-checkpoint-3',
    });
  });

  it('that is a folder is not used', () => {
    const path = join(temporaryFolder(), 'training.ckpt');
    mkdirSync(path);
    expect(readCheckpoint(path, config).kind).toBe('unusable');
  });

  it('cut off anywhere is not used, and never an error', () => {
    const path = written();
    const whole = readFileSync(path);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        writeFileSync(path, whole);
        truncateSync(path, length);
        expect(readCheckpoint(path, config).kind).toBe('unusable');
      }),
    );
  });
});
