import { basename, join, resolve } from 'node:path';
import {
  type ImportOptions,
  type ImportReport,
  importWeights,
  MODEL_FILES,
  requireOutFolder,
} from '../../fer/index.ts';
import { formatCount, plural, prettyJson, printLine, printWarning } from '../../kit/index.ts';
import type { ActionContext } from '../program.ts';

interface ImportFileOptions extends Pick<ImportOptions, 'preprocessing' | 'device'> {
  readonly model: ImportOptions['architecture'];
  readonly out?: string;
  readonly json?: boolean;
}

/** `fer import-weights FILE`: writes a model folder, and says what was found in the file. */
export async function importFile(
  file: string,
  { model, out = defaultFolder(file), json, ...options }: ImportFileOptions,
  { terminal }: ActionContext,
): Promise<void> {
  requireOutFolder(out);
  const report = await importWeights({ ...options, architecture: model, file, out });
  if (report.randomLayers.length > 0)
    printWarning(
      terminal,
      `The file has no head: ${report.randomLayers.join(', ')} are random and have to be trained.`,
    );
  printLine(
    terminal.stdout,
    json === true ? prettyJson({ file: resolve(file), ...report }) : describe(report),
  );
}

/** `vgg16.weights.h5` goes to `artifacts/imported/vgg16`. */
function defaultFolder(file: string): string {
  const name = basename(file).replace(/(\.weights)?\.(h5|hdf5|keras|safetensors)$/i, '');
  return join('artifacts', 'imported', name === '' ? 'model' : name);
}

function describe({ architecture, layout, naming, tensors, parameters, out }: ImportReport): string {
  const from = layout === 'pytorch' ? `PyTorch's layout, ${naming}` : naming;
  const count = formatCount(parameters.learnable + parameters.moving);
  return [
    `${plural(tensors, 'tensor')} of ${architecture} (${from}), ${count} numbers in the model`,
    `${out}: ${Object.values(MODEL_FILES).join(', ')}`,
  ].join('\n');
}
