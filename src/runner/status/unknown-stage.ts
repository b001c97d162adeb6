import { didYouMean, FermentError } from '../../kit/index.ts';
import type { StageName } from '../model.ts';

/** The error for a stage that does not exist. */
export function unknownStage(name: StageName, known: Iterable<StageName>): FermentError {
  return new FermentError('USAGE', `There is no stage '${name}'.`, {
    hint: didYouMean(name, known) ?? 'The stages are listed by: ferment list',
  });
}
