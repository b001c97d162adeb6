import { FermentError } from '../../kit/index.ts';
import type { GpuDevice } from './gpu.ts';

/** What went wrong on a device. WebGPU reports it late and beside the calls; the next read throws it. */
export interface Faults {
  /** Throws what was reported since: OUT_OF_MEMORY, or DEVICE_LOST. */
  check(): void;
}

/** A buffer above the device's limit is too large a batch as well. */
const OUT_OF_MEMORY = /out.of.memory|OUT_OF_(DEVICE|HOST)_MEMORY|allocat|exceeds the max \w+ size/i;

/** Listens to a device until the process ends. After a fault its results are worthless, so it stays. */
export function watchFaults(device: Pick<GpuDevice, 'lost' | 'addEventListener'>): Faults {
  let fault: FermentError | undefined;
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    fault ??= explainGpuError({ message: event.error.message, name: event.error.constructor.name });
  });
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') fault ??= lostError(message);
  });
  return {
    check: () => {
      if (fault !== undefined) throw fault;
    },
  };
}

/** An error of Dawn as the one that a user can act on. */
export function explainGpuError({
  message,
  name,
}: {
  readonly message: string;
  readonly name: string;
}): FermentError {
  if (name === 'GPUOutOfMemoryError' || OUT_OF_MEMORY.test(message)) {
    // "out of memory" is what explainTensorFlowError knows it by, which adds the batch size to try.
    return new FermentError('OUT_OF_MEMORY', `The GPU ran out of memory: ${firstLine(message)}`, {
      hint: 'Lower the batch size in params.yaml, or run fewer stages at once (--jobs 1).',
    });
  }
  return new FermentError('DEVICE_LOST', `The GPU refused a command: ${firstLine(message)}`, {
    hint: 'Set engine.device to cpu, and please report it with this message.',
  });
}

/** The device that gives no more results. */
export function lostError(message: string): FermentError {
  return new FermentError('DEVICE_LOST', `The GPU is gone: ${firstLine(message)}`, {
    hint: 'Its driver reset it, or it was taken away. Run it again (a training goes on from its last epoch), or set engine.device to cpu.',
  });
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
