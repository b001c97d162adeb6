import { availableParallelism } from 'node:os';
import { FermentError, isFermentError } from '../kit/index.ts';
import { type FusedKernels, loadFusedKernels } from './fused-kernels.ts';
import type { Native, Tf } from './native.ts';
import type { Kernels } from './onednn.ts';
import type { Precision } from './precision.ts';
import { loadTensorFlow } from './tensorflow.ts';

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
  /** The version of the TensorFlow library, `2.21.0`; on WebGPU that of TensorFlow.js, `4.22.0`. */
  readonly version: string;
  /** Why this device, in words. */
  readonly reason: string;
  /** The adapter, on WebGPU. */
  readonly adapter?: Adapter;
  readonly threads: number;
  /** TensorFlow's operations by name. */
  readonly native: Native;
  readonly kernels: Kernels;
  /** The engine's own operations, where they are there; `native` runs them. */
  readonly fused: FusedKernels | undefined;
  /** What large products multiply; left out, float32. */
  readonly precision?: Precision;
}

/** The GPU behind WebGPU. */
export interface Adapter {
  /** `NVIDIA GeForce RTX 4070`, `SwiftShader driver 5.0.0`. */
  readonly name: string;
  /** The processor plays the GPU: right results, very slow. */
  readonly software: boolean;
  /** The version of Dawn's package for Node. */
  readonly dawn: string;
}

interface Loaded {
  readonly request: string;
  readonly engine: Promise<Engine>;
}
let loaded: Loaded | undefined;

/**
 * Loads the back end for the device that was asked for. `auto` takes CUDA where the TensorFlow library finds a GPU,
 * else the CPU; WebGPU where there is no TensorFlow library but a real GPU. A second call gives the same engine.
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

async function load(request: DeviceRequest, threads: number): Promise<Engine> {
  if (request === 'webgpu') return onWebGpu(threads, { reason: 'webgpu was asked for', software: true });
  const library = await loadTensorFlow(request, threads).catch((error: unknown) => {
    if (request !== 'auto' || !isFermentError(error) || error.code !== 'NO_ENGINE') throw error;
    return error;
  });
  if (library instanceof FermentError) return inPlaceOfTheLibrary(library, threads);
  const { device } = library;
  return { ...library, fused: loadFusedKernels(device), reason: reasonFor(request, device), threads };
}

function reasonFor(request: DeviceRequest, device: 'cpu' | 'cuda'): string {
  if (request !== 'auto') return `${request} was asked for`;
  return device === 'cuda'
    ? 'the TensorFlow library finds a CUDA GPU'
    : 'the TensorFlow library finds no CUDA GPU';
}

/** Where there is no library, a real GPU will do; an adapter that only plays one is a hundred times slower. */
async function inPlaceOfTheLibrary(missing: FermentError, threads: number): Promise<Engine> {
  try {
    return await onWebGpu(threads, {
      reason: 'there is no TensorFlow library, but a GPU with WebGPU',
      software: false,
    });
  } catch {
    throw missing;
  }
}

async function onWebGpu(
  threads: number,
  { reason, software }: { readonly reason: string; readonly software: boolean },
): Promise<Engine> {
  // Only here: a training on TensorFlow's library loads none of it.
  const { loadWebGpu } = await import('./webgpu/load.ts');
  const { tf, native, adapter, versions } = await loadWebGpu({ software });
  return {
    tf,
    native,
    kernels: 'standard',
    fused: undefined,
    device: 'webgpu',
    version: versions.tfjs,
    reason,
    adapter: { ...adapter, dawn: versions.dawn },
    threads,
  };
}
