/** The lock of the pipeline that a folder's commands are about unless another is named. */
export const DEFAULT_LOCK_FILE = 'pipeline.lock';
