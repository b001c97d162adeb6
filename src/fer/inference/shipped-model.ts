import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FermentError } from '../../kit/index.ts';
import { MODEL_FILES } from '../models/index.ts';

const FOLDER = join('models', 'fer2013');

/** The folder of the model that comes with Ferment. Throws BAD_WEIGHTS when the installation lacks it. */
export function shippedModel(): string {
  // The package's root is one level up from the built command, and some more from this file.
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, FOLDER, MODEL_FILES.info))) {
    const above = dirname(folder);
    if (above === folder)
      throw new FermentError('BAD_WEIGHTS', 'This installation of Ferment has no model in models/fer2013.', {
        hint: 'Name one with --model FOLDER, or install Ferment again.',
      });
    folder = above;
  }
  return join(folder, FOLDER);
}
