import { errnoOf, FermentError, isFermentError, messageOf } from '../../kit/index.ts';

const UNREADABLE_HINTS: Readonly<Record<string, string>> = {
  EACCES: 'Make it readable for this user.',
  EPERM: 'Make it readable for this user.',
  EIO: 'The disk reports an error; copy the data to a sound one.',
  ENOENT: 'It was removed while it was read: wait until whatever writes there has finished.',
};

/** Explains a failed read as `unreadable` does, and in the words of the system what that does not know. */
export function alwaysUnreadable(error: unknown, path: string): FermentError {
  const explained = unreadable(error, path);
  if (isFermentError(explained)) return explained;
  return new FermentError('UNREADABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
}

/** Explains a failed read: what cannot be read, and why. Other errors pass unchanged. */
export function unreadable(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  const hint = errno === undefined ? undefined : UNREADABLE_HINTS[errno];
  if (hint === undefined) return error;
  return new FermentError('UNREADABLE', `Cannot read ${path} (${errno}).`, { hint, cause: error });
}
