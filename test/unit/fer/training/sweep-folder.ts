import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Params } from '../../../../src/fer/params/index.ts';
import type { RunScores } from '../../../../src/fer/training/select/rank.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

export const select = { metric: 'macroF1', tieMargin: 0.005 } as const;

/** What one run scored. */
export const run = (configuration: string, macroF1: number, loss: number, accuracy = 0.5): RunScores => ({
  configuration,
  macroF1,
  accuracy,
  loss,
  keptEpoch: 2,
});

export const values = { optimizer: 'adam', learningRate: 0.001, dropout: 0.15, weightDecay: 0 } as const;
export const configs: Params['sweep']['configs'] = {
  'resnet-a': { architecture: 'resnet', ...values },
  'resnet-b': { architecture: 'resnet', ...values, optimizer: 'sgd', learningRate: 0.01 },
  'mobile-a': { architecture: 'mobilenetv2', ...values, dropout: 0, weightDecay: 0.0001 },
};

/** The metrics files of a sweep, and where the selections go. */
export interface SweepFolder {
  readonly files: readonly string[];
  readonly outs: { readonly resnet: string; readonly mobilenetv2: string };
  write(name: string, text: string): void;
}

export function sweepFolder(): SweepFolder {
  const root = temporaryFolder();
  mkdirSync(join(root, 'sweep'));
  const write = (name: string, text: string): void => writeFileSync(join(root, 'sweep', name), text);
  const scores = (architecture: string, { macroF1, accuracy, loss, keptEpoch }: RunScores): string =>
    JSON.stringify({ architecture, keptEpoch, validation: { macroF1, accuracy, loss } });
  write('mobile-a.json', scores('mobilenetv2', run('', 0.2, 1.8)));
  write('resnet-a.json', scores('resnet', run('', 0.3, 1.5)));
  write('resnet-b.json', scores('resnet', run('', 0.4, 1.4)));
  return {
    files: ['mobile-a', 'resnet-a', 'resnet-b'].map((name) => join(root, 'sweep', `${name}.json`)),
    outs: { resnet: join(root, 'resnet.json'), mobilenetv2: join(root, 'mobilenetv2.json') },
    write,
  };
}
