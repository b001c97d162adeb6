import { createRequire } from 'node:module';
import { FermentError, messageOf } from '../../kit/index.ts';
import type { Tf } from '../native.ts';
import type { BackendModule, DawnModule, Gpu } from './gpu.ts';

const TFJS = '@tensorflow/tfjs';
const DAWN = 'webgpu';
const BACKEND = '@tensorflow/tfjs-backend-webgpu';

/** The packages of the WebGPU device, loaded. */
export interface WebGpuPackages {
  readonly tf: Tf;
  readonly gpu: Gpu;
  readonly backend: BackendModule;
  readonly versions: { readonly tfjs: string; readonly dawn: string };
}

/**
 * Loads TensorFlow.js without TensorFlow's library, Dawn and the WebGPU back end.
 * Throws NO_DEVICE with the command to install where one of them is missing.
 */
export async function importWebGpu(): Promise<WebGpuPackages> {
  const require = createRequire(import.meta.url);
  try {
    // All three at schema boundaries: the packages are optional, so that no declarations can be relied on.
    const dawn = (await import(DAWN)) as DawnModule;
    Object.assign(globalThis, dawn.globals);
    const gpu = dawn.create([]);
    announce(gpu);
    // As tfjs-node-gpu and the back end require it, so that all use one instance.
    const tf = require(TFJS) as Tf;
    const backend = require(BACKEND) as BackendModule;
    return { tf, gpu, backend, versions: { tfjs: tf.version['tfjs-core'], dawn: dawnVersion(require) } };
  } catch (error) {
    throw new FermentError(
      'NO_DEVICE',
      `WebGPU was asked for, but its packages cannot be loaded: ${messageOf(error).split('\n', 1)[0]}`,
      { hint: 'Install them: npm run webgpu', cause: error },
    );
  }
}

/** Where the back end looks, and believes that it is in a browser if it finds nothing. */
function announce(gpu: Gpu): void {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  const holder = typeof navigator === 'object' && navigator !== null ? navigator : {};
  Object.defineProperty(holder, 'gpu', { value: gpu, configurable: true });
  if (holder !== navigator)
    Object.defineProperty(globalThis, 'navigator', { value: holder, configurable: true });
}

function dawnVersion(require: NodeJS.Require): string {
  const { version } = require(`${DAWN}/package.json`) as { version: string };
  return version;
}
