import { FermentError, messageOf } from '../../kit/index.ts';
import type { Native, Tf } from '../native.ts';
import { type AdapterFacts, describeAdapter, findAdapter, openDevice } from './adapter.ts';
import { installEventPump } from './event-pump.ts';
import { watchFaults } from './faults.ts';
import type { GpuAdapter, GpuDevice } from './gpu.ts';
import { createComposedNative } from './native.ts';
import { importWebGpu, type WebGpuPackages } from './packages.ts';
import { installReads } from './read.ts';

/** A loaded WebGPU back end. */
export interface WebGpu {
  readonly tf: Tf;
  readonly native: Native;
  readonly adapter: AdapterFacts;
  readonly versions: WebGpuPackages['versions'];
}

/**
 * Loads TensorFlow.js on WebGPU. With `software: false` an adapter that only plays a GPU is refused.
 * Throws NO_DEVICE when packages or adapter are missing.
 */
export async function loadWebGpu(options: { readonly software: boolean }): Promise<WebGpu> {
  const pump = installEventPump();
  const packages = await importWebGpu();
  const found = await findAdapter(packages.gpu);
  const adapter = describeAdapter(found);
  if (adapter.software && !options.software) throw onlySoftware(adapter);
  const device = await open(found, adapter);
  const { tf } = packages;
  const backend = new packages.backend.WebGPUBackend(device, found.info);
  installReads(tf, backend, { device, pump, faults: watchFaults(device) });
  // The package registers a factory of its own, which would ask for another device.
  tf.removeBackend('webgpu');
  // The declarations know only the general interface of back ends, whose storage this one has too.
  type AnyBackend = ReturnType<Parameters<Tf['registerBackend']>[1]>;
  tf.registerBackend('webgpu', () => backend as unknown as AnyBackend);
  await tf.setBackend('webgpu');
  tf.enableProdMode();
  return { tf, native: createComposedNative(tf), adapter, versions: packages.versions };
}

async function open(adapter: GpuAdapter, { name }: AdapterFacts): Promise<GpuDevice> {
  try {
    return await openDevice(adapter);
  } catch (error) {
    throw new FermentError('NO_DEVICE', `The GPU ${name} gives no device: ${messageOf(error)}`, {
      hint: 'Look whether other programs hold it, or set engine.device to cpu.',
      cause: error,
    });
  }
}

function onlySoftware({ name }: AdapterFacts): FermentError {
  return new FermentError(
    'NO_DEVICE',
    `The only WebGPU adapter is ${name}, which computes on the processor.`,
    {
      hint: 'Set engine.device to cpu; webgpu takes such an adapter too, very slowly.',
    },
  );
}
