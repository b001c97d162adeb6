import type { Tf } from '../native.ts';
import type { EventPump } from './event-pump.ts';
import { type Faults, lostError } from './faults.ts';
import type { GpuDevice, WebGpuBackend } from './gpu.ts';

// GPUBufferUsage and GPUMapMode of the specification.
const MAP_READ = 1;
const COPY_DST = 8;
const MODE_READ = 1;

/** Gives the back end reads that work in Node and throw what went wrong on the device. */
export function installReads(
  tf: Tf,
  backend: WebGpuBackend,
  at: { readonly device: GpuDevice; readonly pump: EventPump; readonly faults: Faults },
): void {
  const readAsync = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await readAsync(dataId);
    at.faults.check();
    return values;
  };
  // The back end's own way goes through a canvas, which Node does not have.
  backend.readSync = (dataId) => {
    const { values, dtype, resource } = backend.tensorMap.get(dataId);
    if (values !== undefined && values !== null) return values;
    if (resource === undefined) throw new Error('The tensor has no data');
    const { device, pump, faults } = at;
    const { size } = resource;
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.submitQueue();
    const staging = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(resource, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    // A rejection shows as a buffer that is not mapped; why, the device reports.
    staging.mapAsync(MODE_READ).catch(() => {});
    pump.runUntil(() => staging.mapState !== 'pending');
    faults.check();
    if (staging.mapState !== 'mapped') throw lostError('it gave no result');
    const bytes = staging.getMappedRange().slice(0);
    staging.destroy();
    return tf.util.convertBackendValuesAndArrayBuffer(bytes, dtype);
  };
}
