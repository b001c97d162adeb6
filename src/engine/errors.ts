import { FermentError, messageOf } from '../kit/index.ts';

const OUT_OF_MEMORY = /OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|out of memory/i;

/** Runs `work`; turns TensorFlow's "out of memory" into OUT_OF_MEMORY, other errors pass unchanged. */
export function explainTensorFlowError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!OUT_OF_MEMORY.test(messageOf(error))) throw error;
    throw new FermentError('OUT_OF_MEMORY', 'The device ran out of memory.', {
      hint: 'Lower the batch size in params.yaml, or run fewer stages at once (--jobs 1).',
      cause: error,
    });
  }
}
