/**
 * The one table of error codes. A code never changes its meaning; `docs/errors.md` has a heading for each
 * (a test compares the two). `exit` is the exit code of the command that ends with this error:
 * 1 a stage failed, 2 usage, 3 bad pipeline or params, 4 store or integrity, 70 internal, 130 interrupted.
 */
export const ERRORS = {
  // usage
  USAGE: { exit: 2, meaning: 'The command line asks for something that does not exist.' },
  NO_PROJECT: { exit: 2, meaning: 'No pipeline.yaml or dvc.yaml was found here or above.' },
  NO_REVISION: { exit: 2, meaning: 'Git does not know the revision that was named.' },
  // pipeline and params
  BAD_PIPELINE: { exit: 3, meaning: 'pipeline.yaml is not valid; every problem is listed.' },
  BAD_PARAMS: { exit: 3, meaning: 'A parameter file is not valid; every problem is listed.' },
  BAD_LOCK: { exit: 3, meaning: 'pipeline.lock cannot be read.' },
  BAD_GRAPH: { exit: 3, meaning: 'The stages form a cycle, or two of them write the same path.' },
  BAD_PATH: {
    exit: 3,
    meaning: 'A path leaves the project, goes through a link that leaves it, or through a file.',
  },
  BUNDLE_FAILED: {
    exit: 3,
    meaning:
      'The program of a module stage could not be bundled, or imports a package that is not installed.',
  },
  // running
  STAGE_FAILED: { exit: 1, meaning: 'A stage ended with a failure.' },
  MISSING_DEP: { exit: 1, meaning: 'A dependency does not exist and no stage makes it.' },
  MISSING_OUT: { exit: 1, meaning: 'A stage succeeded without writing one of its declared outs.' },
  INTERRUPTED: { exit: 130, meaning: 'The user stopped the command.' },
  // store
  UNREADABLE: { exit: 4, meaning: 'A file of the project or of the store cannot be read.' },
  STORE_UNWRITABLE: { exit: 4, meaning: 'The store or the project cannot be written.' },
  NO_SPACE: { exit: 4, meaning: 'The disk is full.' },
  OBJECT_MISSING: { exit: 4, meaning: 'An object that the lock names is not in the store.' },
  OBJECT_DAMAGED: {
    exit: 4,
    meaning: 'An object in the store does not have the content that its name says.',
  },
  BUSY: { exit: 4, meaning: 'Another command holds what this one needs.' },
  // stage programs
  NOT_A_STAGE: { exit: 2, meaning: 'A stage program was started by hand instead of by the runner.' },
  STAGE_CONTRACT: {
    exit: 3,
    meaning: 'A stage program asks for a dep, out or param that its stage does not declare.',
  },
  // engine
  NO_ENGINE: { exit: 1, meaning: 'The TensorFlow library or its addon cannot be loaded.' },
  NO_DEVICE: { exit: 1, meaning: 'The device that was asked for is not there.' },
  DEVICE_LOST: { exit: 1, meaning: 'The GPU stopped working, or refused a command.' },
  OUT_OF_MEMORY: { exit: 1, meaning: 'The device ran out of memory.' },
  BAD_WEIGHTS: { exit: 1, meaning: 'A weights file does not fit the model.' },
  // study
  DATA_MISSING: { exit: 1, meaning: 'A data source does not exist.' },
  DATA_DAMAGED: { exit: 1, meaning: 'A data source is truncated or not what its name says.' },
  DATA_LAYOUT: { exit: 1, meaning: 'A data source has none of the known layouts.' },
  DATA_CHECKSUM: { exit: 1, meaning: 'A download does not have the SHA-256 that was asked for.' },
  DATA_NETWORK: { exit: 1, meaning: 'A download failed after all attempts.' },
  DATA_CREDENTIALS: { exit: 1, meaning: 'A source needs a token that is missing or refused.' },
  BAD_IMAGE: { exit: 1, meaning: 'A file that should be an image cannot be decoded.' },
  BAD_ARRAY: { exit: 1, meaning: 'An array file is damaged or has another shape or type than expected.' },
  TRAINING_DIVERGED: { exit: 1, meaning: 'The loss became infinite or not a number.' },
  // us
  NOT_INSTALLED: { exit: 70, meaning: 'A package that Ferment needs is not there.' },
  INTERNAL: { exit: 70, meaning: 'A bug in Ferment.' },
} as const satisfies Record<string, { exit: number; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What an error says beside its message. */
export interface ErrorDetails {
  /** What the user can do about it, as a sentence or a command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The only error class that a user may meet. `message` says what was expected and what came
 * ("Received: …"), `hint` what to do. Match on `code`, not on the class.
 */
export class FermentError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'FermentError';
    this.code = code;
    this.hint = details.hint;
  }

  /** The exit code of a command that ends with this error. */
  get exit(): number {
    return ERRORS[this.code].exit;
  }
}

/** True for the project's own errors, also for those of another copy of this module (a bundle has its own). */
export function isFermentError(error: unknown): error is FermentError {
  return error instanceof Error && error.name === 'FermentError' && 'code' in error;
}

/** The `code` of a Node system error (`ENOENT`, …), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends an exhaustive `switch`; the type checker refuses a forgotten variant. */
export function unreachable(value: never): never {
  throw new FermentError('INTERNAL', `Unreachable case. Received: ${JSON.stringify(value)}`);
}

/** What the system says of a disk, a mount or a table that is at its end: no fault of the project, and none of ours. */
const DEVICE_ERRORS: ReadonlySet<string> = new Set([
  'EIO',
  'ENXIO',
  'ENODEV',
  'ESTALE',
  'EFBIG',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EBUSY',
  'ETXTBSY',
]);

/** Turns a failed write into the sentence that names disk, device or permission; other errors pass unchanged. */
export function explainWriteError(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new FermentError('NO_SPACE', `No space left while writing ${path}.`, {
      hint: 'Free some space (df -h shows where) and run the same command again; nothing good was lost.',
      cause: error,
    });
  }
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') {
    return new FermentError('STORE_UNWRITABLE', `Cannot write ${path} (${errno}).`, {
      hint: 'Make the folder writable for this user, then run the same command again.',
      cause: error,
    });
  }
  if (errno !== undefined && DEVICE_ERRORS.has(errno)) {
    return new FermentError('STORE_UNWRITABLE', `Cannot write ${path}: ${messageOf(error)}.`, {
      hint: 'The system refused it. See to the disk or the limit that the message names, then run the same command again; nothing good was lost.',
      cause: error,
    });
  }
  return error;
}

/**
 * What the operating system refused, wherever it did, as an error that a person can act on; errors that do not come
 * from the system pass unchanged. For the outermost places, where nobody knows any more what was being done.
 */
export function explainSystemError(error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === 'MODULE_NOT_FOUND' || errno === 'ERR_MODULE_NOT_FOUND') return explainMissingModule(error);
  if (!(error instanceof Error) || errno === undefined || !('syscall' in error)) return error;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'the project';
  const explained = explainWriteError(error, path);
  if (explained !== error) return explained;
  return new FermentError('UNREADABLE', `Cannot use ${path}: ${messageOf(error)}.`, { cause: error });
}

/** A package that somebody removed, or that was never installed; a missing file of ours is a bug and passes unchanged. */
function explainMissingModule(error: unknown): unknown {
  const name = /^Cannot find (?:module|package) '([^'./][^']*)'/.exec(messageOf(error))?.[1];
  if (name === undefined) return error;
  const isInstalled = /[\\/]node_modules[\\/]/.test(import.meta.url);
  const hint = isInstalled
    ? 'Install Ferment again: npm install --ignore-scripts'
    : 'Install the packages with: npm run setup';
  const message = `Ferment lacks ${name}, which should be in node_modules.`;
  return new FermentError('NOT_INSTALLED', message, { hint, cause: error });
}
