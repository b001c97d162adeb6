import { type Command, Option } from 'commander';
import { ARCHITECTURES, PREPROCESSINGS } from '../../fer/index.ts';
import type { ActionContext } from '../program.ts';
import { deviceOption, parseArchitecture } from './common.ts';

/** The command that takes over models from elsewhere. */
export function declareImport(program: Command, context: ActionContext): void {
  program
    .command('import-weights')
    .description('Make a model of weights that Keras, PyTorch or Ferment wrote: .h5 or .safetensors.')
    .argument('<file>', 'the file of weights')
    .requiredOption('--model <name>', `one of ${ARCHITECTURES.join(', ')}`, parseArchitecture)
    .option('--out <folder>', 'where to (default: artifacts/imported/ and the name of the file)')
    .addOption(
      new Option(
        '--preprocessing <kind>',
        'what the model was trained to see (default: as in the study; caffe for vgg16)',
      ).choices(PREPROCESSINGS),
    )
    .addOption(deviceOption())
    .option('--json', 'print JSON')
    .action(async (file: string, options) => {
      await (await import('../commands/import-weights.ts')).importFile(file, options, context);
    });
}
