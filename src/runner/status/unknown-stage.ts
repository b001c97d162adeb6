import { didYouMean, FermentError, someOf } from '../../kit/index.ts';
import type { StageName } from '../model.ts';

/** The error for a stage that does not exist. */
export function unknownStage(name: StageName, known: Iterable<StageName>): FermentError {
  const names = [...known];
  const members = names.filter((one) => one.startsWith(`${name}@`));
  if (members.length > 0)
    return new FermentError('USAGE', `Expected one stage. Received the group '${name}'.`, {
      hint: `Name one of its stages: ${someOf(members, 8)}`,
    });
  return new FermentError('USAGE', `There is no stage '${name}'.`, {
    hint: didYouMean(name, names) ?? 'The stages are listed by: ferment list',
  });
}
