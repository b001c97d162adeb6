import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ActionContext } from '../program.ts';
import { deviceOption } from './common.ts';

/** The commands that use a saved model. */
export function declareModels(program: Command, context: ActionContext): void {
  program
    .command('predict')
    .description(
      'Say which expression each face shows: faces in pictures, or images of 48 x 48 that are faces.',
    )
    .argument('<file...>', 'JPEG or PNG files, or folders with such files')
    .option('--model <folder>', 'the folder of a saved model (default: the one that comes with Ferment)')
    .option('--annotate <folder>', 'write each picture with its faces and answers drawn in')
    .addOption(deviceOption())
    .option('--json', 'print JSON')
    .action(async (files: string[], options) => {
      await (await import('../commands/predict.ts')).predictFiles(files, options, context);
    });
  program
    .command('evaluate')
    .description('Compare the answers of a saved model with labels: accuracy, F1, log loss.')
    .argument('<model>', 'the folder of a saved model')
    .argument('<data>', 'a packed split (data/processed/test), or a folder with one folder of images a class')
    .option('--jpeg-quality <n>', 'answer copies that were saved as JPEG of this quality', parseQuality)
    .addOption(deviceOption())
    .option('--json', 'print JSON')
    .action(async (model: string, data: string, options) => {
      await (await import('../commands/evaluate.ts')).evaluate({ ...options, model, data }, context);
    });
  program
    .command('publish')
    .description('Write a trained and evaluated model with its model card into a folder to hand on.')
    .argument('<name>', 'the training: train@NAME')
    .option('--out <folder>', 'where to (default: artifacts/published/ and the name)')
    .addOption(
      new Option('--precision <type>', 'how numbers are stored')
        .choices(['float32', 'float16'])
        .default('float16'),
    )
    .addOption(deviceOption())
    .option('--json', 'print JSON')
    .action(async (name: string, options) => {
      await (await import('../commands/publish.ts')).publish(name, options, context);
    });
}

function parseQuality(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 100)
    throw new InvalidArgumentError('Expected a whole number from 1 to 100.');
  return n;
}
