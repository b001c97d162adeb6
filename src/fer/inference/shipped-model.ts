import { dirname } from 'node:path';
import { FermentError, installed } from '../../kit/index.ts';
import { MODEL_FILES } from '../models/index.ts';

/** The folder of the model that comes with Ferment. Throws BAD_WEIGHTS when the installation lacks it. */
export function shippedModel(): string {
  const info = installed('models', 'fer2013', MODEL_FILES.info);
  if (info !== undefined) return dirname(info);
  throw new FermentError('BAD_WEIGHTS', 'This installation of Ferment has no model in models/fer2013.', {
    hint: 'Name one with --model FOLDER, or install Ferment again.',
  });
}
