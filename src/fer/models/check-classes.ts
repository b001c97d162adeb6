import { FermentError } from '../../kit/index.ts';
import { CLASSES } from '../params/index.ts';
import type { ModelInfo } from './model-info.ts';

/**
 * Refuses a model whose answers are not in the order of the labels: they would count for other classes. Throws
 * BAD_WEIGHTS that names its folder.
 */
export function checkClasses({ classes }: ModelInfo, folder: string): void {
  if (classes.join() === CLASSES.join()) return;
  throw new FermentError(
    'BAD_WEIGHTS',
    `The model in ${folder} should answer the classes ${CLASSES.join(', ')}. Received: ${classes.join(', ')}.`,
  );
}
