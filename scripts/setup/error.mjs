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
