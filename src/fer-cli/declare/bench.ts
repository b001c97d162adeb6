import { type Command, InvalidArgumentError, Option } from 'commander';
import { ARCHITECTURES, type Architecture } from '../../fer/index.ts';
import type { ActionContext } from '../program.ts';
import { deviceOption, parseArchitecture, parsePositiveCount } from './common.ts';

/** The command that measures this machine, and the hidden one that it runs once for each model. */
export function declareBench(program: Command, context: ActionContext): void {
  withMeasuring(program.command('bench'))
    .description('Measure training, prediction and memory of each model on this machine.')
    .option('--models <names>', 'only these, separated by commas', parseArchitectures, [...ARCHITECTURES])
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await import('../commands/bench.ts')).bench(options, context);
    });
  withMeasuring(program.command('__measure <model>', { hidden: true }))
    .description('Measure one model in this very process; print JSON.')
    .helpOption(false)
    .action(async (model: string, options) => {
      await (await import('../commands/measure.ts')).measure(parseArchitecture(model), options, context);
    });
}

function withMeasuring(command: Command): Command {
  return command
    .option('--seconds <n>', 'time for training, and again for prediction, of each model', parseSeconds, 10)
    .option('--batch <n>', 'images in a batch', parsePositiveCount, 64)
    .option('--threads <n>', 'processor threads (default: one per core)', parsePositiveCount)
    .addOption(deviceOption())
    .addOption(
      new Option('--precision <type>', 'what the convolutions of the training multiply')
        .choices(['float32', 'bfloat16'])
        .default('float32'),
    );
}

function parseArchitectures(text: string): readonly Architecture[] {
  return [...new Set(text.split(',').map((word) => parseArchitecture(word.trim())))];
}

function parseSeconds(text: string): number {
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n) || n < 0)
    throw new InvalidArgumentError('Expected a number of seconds of at least 0.');
  return n;
}
