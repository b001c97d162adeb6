import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { finalTraining } from '../../../../src/fer/training/select/final-training.ts';
import { selectConfigurations } from '../../../../src/fer/training/select/select.ts';
import { configs, type SweepFolder, select, sweepFolder } from './sweep-folder.ts';
import { CONSTANT_RATE, TINY_TRAINING } from './tiny-data.ts';

describe('the final training', () => {
  const plan = {
    epochs: 8,
    schedule: CONSTANT_RATE,
    beta1: 0.9,
    beta2: 0.999,
    averageDecay: 0,
    earlyStopping: 6,
    keep: 'best-loss',
  } as const;
  const imageSizes: [] = [];
  const selected = {
    optimizer: 'selected',
    learningRate: 'selected',
    dropout: 'selected',
    weightDecay: 'selected',
  } as const;
  const mixup = { alpha: 0, until: 1 };
  const untaught = { seed: null, targets: null, teachers: null, targetShare: 0.5, mixup } as const;
  const common = { ...untaught, imageSizes, ...plan, ...selected } as const;
  const params = {
    seed: 3,
    training: TINY_TRAINING,
    train: {
      resnet: { architecture: 'resnet', selection: 'resnet.json', ...common },
      mobilenetv2: {
        architecture: 'mobilenetv2',
        selection: 'mobilenetv2.json',
        ...common,
        learningRate: 0.002,
        dropout: 0,
      },
      second: { architecture: 'resnet', selection: 'resnet.json', ...common, seed: 4 },
      taught: {
        architecture: 'resnet',
        selection: 'resnet.json',
        ...common,
        targets: 'artifacts/targets/all',
        targetShare: 0.7,
        mixup: { alpha: 0.4, until: 0.85 },
      },
    },
  } satisfies Parameters<typeof finalTraining>[1];

  function selections(): SweepFolder['outs'] {
    const { files, outs } = sweepFolder();
    selectConfigurations({ select, sweep: { configs } }, files, outs);
    return outs;
  }

  it('takes what was selected where its params say so, and its own values elsewhere', () => {
    const outs = selections();
    expect(finalTraining('resnet', params, outs.resnet)).toEqual({
      ...plan,
      imageSizes,
      architecture: 'resnet',
      optimizer: 'sgd',
      learningRate: 0.01,
      dropout: 0.15,
      weightDecay: 0,
      trainLimit: null,
      training: TINY_TRAINING,
      seed: 3,
    });
    expect(finalTraining('mobilenetv2', params, outs.mobilenetv2)).toMatchObject({
      optimizer: 'adam',
      learningRate: 0.002,
      dropout: 0,
      weightDecay: 0.0001,
    });
  });

  it('may be one of several of the same architecture, each with its own seed', () => {
    const { resnet } = selections();
    const first = finalTraining('resnet', params, resnet);
    expect(finalTraining('second', params, resnet)).toEqual({ ...first, seed: 4 });
  });

  it('mentions the share of the targets and the mixing of images only where there are any', () => {
    const { resnet } = selections();
    const plain = finalTraining('resnet', params, resnet);
    expect(plain).not.toHaveProperty('targetShare');
    expect(plain).not.toHaveProperty('mixup');
    const taught = finalTraining('taught', params, resnet);
    expect(taught).toMatchObject({ targetShare: 0.7, mixup: { alpha: 0.4, until: 0.85 } });
  });

  it('is taught by targets or by teachers, not by both', () => {
    const { resnet } = selections();
    const withTeachers = (targets: string | null) => ({
      ...params,
      train: { taught: { ...params.train.taught, targets, teachers: 'artifacts/models/teacher-*' } },
    });
    expect(finalTraining('taught', withTeachers(null), resnet)).toMatchObject({ targetShare: 0.7 });
    expect(() => finalTraining('taught', withTeachers('artifacts/targets/all'), resnet)).toThrow(
      /train\.taught can be taught by targets or by teachers\. Received: both/,
    );
  });

  it("refuses another architecture's selection", () => {
    const outs = selections();
    expect(() => finalTraining('resnet', params, outs.mobilenetv2)).toThrow(
      /is not the selection of resnet: its architecture is "mobilenetv2"/,
    );
  });

  it.each([
    '{',
    '[]',
    'null',
    '3',
    '{"architecture": "resnet"}',
    '{"architecture": "resnet", "values": null}',
    '{"architecture": "resnet", "values": {"optimizer": "adam"}}',
    '{"architecture": "resnet", "values": {"optimizer": ["adam"], "learningRate": 1, "dropout": 0, "weightDecay": 0}}',
  ])('refuses a selection file that says %s', (text) => {
    const { resnet } = selections();
    writeFileSync(resnet, text);
    expect(() => finalTraining('resnet', params, resnet)).toThrow(
      expect.objectContaining({ code: 'DATA_DAMAGED' }),
    );
  });

  it('needs a selection where its params say "selected"', () => {
    expect(() => finalTraining('second', params, undefined)).toThrow(
      /train\.second\.optimizer should be a value where train\.second\.selection is null/,
    );
  });

  it('knows only the names in train', () => {
    expect(() => finalTraining('resnett', params, '')).toThrow(
      expect.objectContaining({ code: 'BAD_PARAMS', hint: "Did you mean 'resnet'?" }),
    );
  });
});
