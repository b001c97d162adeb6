import { FermentError } from '../../kit/index.ts';
import { MAKE_WHOLE } from './partial-clone.ts';

/** The error for a repository that git cannot read, with what git said. In a partial clone the hint is what it lacks. */
export function unreadableRepository(
  complaint: string,
  hint = 'See what git says itself: git fsck',
): FermentError {
  const isPartial = /lazy fetching disabled|promisor remote/.test(complaint);
  return new FermentError('UNREADABLE', `What this git repository holds cannot be read: ${complaint}`, {
    hint: isPartial ? `It is a partial clone. Fetch all that it lacks: ${MAKE_WHOLE}` : hint,
  });
}
