import { FermentError, isFermentError, messageOf } from '../../kit/index.ts';

/** Turns a failed read of a source into a DATA_DAMAGED error that names it; our own errors pass unchanged. */
export function explainReadError(error: unknown, path: string): unknown {
  if (isFermentError(error)) return error;
  return new FermentError('DATA_DAMAGED', `Cannot read ${path}: ${messageOf(error)}.`, {
    hint: 'Check that the file is there, whole, and readable for this user, then run the same command again.',
    cause: error,
  });
}
