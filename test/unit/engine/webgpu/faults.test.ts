import { describe, expect, test } from 'vitest';
import { watchFaults } from '../../../../src/engine/webgpu/faults.ts';
import type { GpuDevice, GpuErrorEvent } from '../../../../src/engine/webgpu/gpu.ts';

class GPUOutOfMemoryError {
  readonly message = 'no room';
}

/** The part of a device that reports faults, and ways to let them happen. */
function createDevice() {
  let listener: ((event: GpuErrorEvent) => void) | undefined;
  let lose: (info: { reason: string; message: string }) => void = () => {};
  const lost = new Promise<{ reason: string; message: string }>((resolve) => {
    lose = resolve;
  });
  const device: Pick<GpuDevice, 'lost' | 'addEventListener'> = {
    lost,
    addEventListener: (_, given) => {
      listener = given;
    },
  };
  let prevented = 0;
  const report = (error: GpuErrorEvent['error']) => listener?.({ error, preventDefault: () => prevented++ });
  return { device, report, lose, prevented: () => prevented };
}

describe('watchFaults', () => {
  test('gives nothing while nothing is wrong', () => {
    expect(() => watchFaults(createDevice().device).check()).not.toThrow();
  });

  test.each([
    new GPUOutOfMemoryError(),
    new Error('Buffer size (4294967296) exceeds the max buffer size limit (1073741824).\n - While calling'),
    new Error('vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY'),
  ])('tells that memory ran out: $message', (error) => {
    const { device, report, prevented } = createDevice();
    const faults = watchFaults(device);
    report(error);
    expect(() => faults.check()).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }));
    expect(prevented()).toBe(1);
  });

  test('keeps the first fault: what comes after it is its consequence', () => {
    const { device, report } = createDevice();
    const faults = watchFaults(device);
    report(new Error('Shader is wrong\n - While creating'));
    report(new Error('[Invalid CommandBuffer] is invalid'));
    expect(() => faults.check()).toThrow('The GPU refused a command: Shader is wrong');
  });

  test('tells that a device is lost, unless it was closed on purpose', async () => {
    const closed = createDevice();
    const open = watchFaults(closed.device);
    closed.lose({ reason: 'destroyed', message: 'closed' });
    await closed.device.lost;
    expect(() => open.check()).not.toThrow();
    const gone = createDevice();
    const faults = watchFaults(gone.device);
    gone.lose({ reason: 'unknown', message: 'VK_ERROR_DEVICE_LOST' });
    await gone.device.lost;
    expect(() => faults.check()).toThrow(expect.objectContaining({ code: 'DEVICE_LOST' }));
  });
});
