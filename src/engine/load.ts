import { availableParallelism } from 'node:os';
import { FermentError, messageOf } from '../kit/index.ts';
import { createNative, type Native, type NodeBackend, type Tf } from './native.ts';
import { restoreRemovedUtilities } from './node-compatibility.ts';
import { type Kernels, probeKernels } from './onednn.ts';

export type DeviceRequest = 'auto' | 'cpu' | 'cuda' | 'webgpu';
export type Device = 'cpu' | 'cuda' | 'webgpu';

export interface EngineOptions {
  readonly device: DeviceRequest;
  /** Threads inside one operation; by default `FERMENT_CPUS`, else all cores. */
  readonly threads?: number;
}

/** A loaded tensor back end. One per process: TensorFlow reads its settings once. */
export interface Engine {
  readonly tf: Tf;
  readonly device: Device;
  /** The TensorFlow library's own version, `2.21.0`. */
  readonly version: string;
  /** Why this device, in words. */
  readonly reason: string;
  readonly threads: number;
  /** TensorFlow's kernels by name. */
  readonly native: Native;
  readonly kernels: Kernels;
}

interface Loaded {
  readonly request: string;
  readonly engine: Promise<Engine>;
}
let loaded: Loaded | undefined;

/**
 * Loads TensorFlow for the device that was asked for; `auto` takes CUDA where the library finds a GPU, else the
 * CPU. A second call gives the same engine.
 * Throws NO_ENGINE when library or addon are not installed, NO_DEVICE when the device is not there or the
 * process already runs on another one.
 */
export function loadEngine(options: EngineOptions): Promise<Engine> {
  const threads = options.threads ?? threadsFromEnvironment(process.env['FERMENT_CPUS']);
  const request = `${options.device} with ${threads} threads`;
  if (loaded !== undefined) return reuse(loaded, options, threads);
  const engine = load(options.device, threads);
  loaded = { request, engine };
  return engine;
}

async function reuse(first: Loaded, options: EngineOptions, threads: number): Promise<Engine> {
  const engine = await first.engine;
  const deviceFits = options.device === 'auto' || options.device === engine.device;
  const threadsFit = options.threads === undefined || threads === engine.threads;
  if (deviceFits && threadsFit) return engine;
  throw new FermentError(
    'NO_DEVICE',
    `TensorFlow is already loaded in this process for ${first.request}. Received: a request for ${options.device} with ${threads} threads.`,
    { hint: 'Use one device and one number of threads per process.' },
  );
}

function threadsFromEnvironment(value: string | undefined): number {
  const cores = availableParallelism();
  if (value === undefined || value === '') return cores;
  const threads = Number(value);
  return Number.isInteger(threads) && threads >= 1 ? threads : cores;
}

async function load(device: DeviceRequest, threads: number): Promise<Engine> {
  if (device === 'webgpu') throw noWebGpu();
  prepareEnvironment(device, threads);
  restoreRemovedUtilities();
  const tf = await importTensorFlow();
  // tfjs-node registers this back end under 'tensorflow'; the declarations know only the general interface.
  const backend = tf.backend() as unknown as NodeBackend;
  const found = backend.isUsingGpuDevice;
  if (device === 'cuda' && !found) throw noCuda();
  tf.enableProdMode();
  const native = createNative(backend);
  const used = found ? 'cuda' : 'cpu';
  return {
    tf,
    device: used,
    version: backend.binding.TF_Version,
    reason: reasonFor(device, found),
    threads,
    native,
    kernels: probeKernels(tf, native, used),
  };
}

function reasonFor(device: DeviceRequest, found: boolean): string {
  if (device !== 'auto') return `${device} was asked for`;
  return found ? 'the TensorFlow library finds a CUDA GPU' : 'the TensorFlow library finds no GPU';
}

/** TensorFlow reads these once, while its shared library is loaded. */
function prepareEnvironment(device: DeviceRequest, threads: number): void {
  const set = (name: string, value: string): void => {
    process.env[name] = value;
  };
  const setDefault = (name: string, value: string): void => {
    process.env[name] ??= value;
  };
  setDefault('TF_CPP_MIN_LOG_LEVEL', '3');
  set('TF_NUM_INTRAOP_THREADS', String(threads));
  set('OMP_NUM_THREADS', String(threads));
  // Keep the memory of large tensors: given back to the system and taken again at every operation, its pages are
  // zeroed anew each time, a fifth of a training step.
  setDefault('TF_CPU_ALLOCATOR_USE_BFC', 'true');
  // Same inputs, same bytes: the GPU kernels with a fixed order of summation.
  setDefault('TF_DETERMINISTIC_OPS', '1');
  // Else the first process takes the whole memory of the GPU.
  setDefault('TF_FORCE_GPU_ALLOW_GROWTH', 'true');
  if (device === 'cpu') set('CUDA_VISIBLE_DEVICES', '-1');
}

async function importTensorFlow(): Promise<Tf> {
  try {
    const module = await import('@tensorflow/tfjs-node-gpu');
    // A CommonJS package: Node gives its exports as `default`; loaders that look at `__esModule` give them directly.
    return module.default ?? module;
  } catch (error) {
    throw new FermentError('NO_ENGINE', `TensorFlow cannot be loaded: ${firstLine(messageOf(error))}`, {
      hint: 'Install the library and its addon: npm run setup',
      cause: error,
    });
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}

function noCuda(): FermentError {
  return new FermentError(
    'NO_DEVICE',
    'CUDA was asked for, but the TensorFlow library finds no NVIDIA GPU.',
    {
      hint: 'Check that nvidia-smi lists a GPU and that `npm run setup` took the CUDA library (it does where it finds the NVIDIA driver), or set engine.device to auto.',
    },
  );
}

function noWebGpu(): FermentError {
  return new FermentError(
    'NO_DEVICE',
    'WebGPU was asked for, but this version of Ferment trains on the TensorFlow library only.',
    { hint: 'Set engine.device to auto, cpu or cuda in params.yaml.' },
  );
}
