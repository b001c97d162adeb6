/**
 * A failure that the person at the keyboard can mend: one sentence that says what is missing, and the command that mends it.
 */
export class SetupError extends Error {
  /**
   * @param {string} problem what is missing, without a full stop
   * @param {string} mend the command or action that helps
   * @param {{ detail?: string, cause?: unknown }} [more] `detail` is a tool's own words, shown indented below the sentence
   */
  constructor(problem, mend, more = {}) {
    super(`${problem}: ${mend}`, { cause: more.cause });
    this.name = 'SetupError';
    this.detail = more.detail;
  }
}

/**
 * The `code` of a Node system error, or `undefined`.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/**
 * Any error as one that the person at the keyboard can mend: what the system refused in words, and for the rest what to do.
 * @param {{ root: string, cache?: string }} places the checkout, and the cache folder where it is written
 * @param {unknown} error
 * @returns {SetupError}
 */
export function explainError({ root, cache }, error) {
  if (error instanceof SetupError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  if (code === 'ENOSPC') {
    const mend = cache
      ? `free some space (df -h "${root}" "${cache}" shows where), or where only the second is full, set FERMENT_CACHE to a folder on another disk`
      : `free some space (df -h "${root}" shows how much there is)`;
    return new SetupError('the disk is full', mend);
  }
  if (['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST'].includes(code ?? '') || / mkdir /.test(detail)) {
    const isOfCheckout = !cache || (detail.includes(`'${root}`) && !detail.includes(`'${cache}`));
    const instead = isOfCheckout ? '' : ', or set FERMENT_CACHE to a folder that is';
    return new SetupError('a folder cannot be written', `make it yours (chown)${instead}`, { detail });
  }
  return new SetupError(
    'stopped by an unexpected error',
    'run the command again, and report it if it stays so',
    { detail },
  );
}
