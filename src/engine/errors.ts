import { FermentError, messageOf } from '../kit/index.ts';

/** What the TensorFlow library says on a processor and on CUDA, and what `webgpu/faults.ts` says. */
const OUT_OF_MEMORY = /OOM when allocating|ResourceExhausted|RESOURCE_EXHAUSTED|out of memory/i;

/**
 * Runs work on a batch of `images`; turns the back end's "out of memory" into OUT_OF_MEMORY with the batch size to
 * try. Other errors pass unchanged.
 */
export function explainTensorFlowError<T>(work: () => T, images?: number): T {
  try {
    return work();
  } catch (error) {
    if (!OUT_OF_MEMORY.test(messageOf(error))) throw error;
    throw outOfMemory(images, error);
  }
}

/** The half of what did not fit: activations take most of the memory, and grow with the batch. */
function outOfMemory(images: number | undefined, cause: unknown): FermentError {
  const what = images === undefined ? '' : ` with a batch of ${images} ${images === 1 ? 'image' : 'images'}`;
  const remedy =
    images === undefined || images < 2
      ? 'Lower the batch size in params.yaml'
      : `Try a batch size of ${images >> 1} in params.yaml`;
  return new FermentError('OUT_OF_MEMORY', `The device ran out of memory${what}.`, {
    hint: `${remedy}, or run fewer stages at once (--jobs 1).`,
    cause,
  });
}
