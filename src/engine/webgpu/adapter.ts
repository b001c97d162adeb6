import { FermentError } from '../../kit/index.ts';
import type { Gpu, GpuAdapter, GpuDevice } from './gpu.ts';

/** What a WebGPU adapter is, for people. */
export interface AdapterFacts {
  /** `NVIDIA GeForce RTX 4070`, `SwiftShader driver 5.0.0`. */
  readonly name: string;
  /** The processor plays the GPU: right results, very slow. */
  readonly software: boolean;
}

const LIMITS = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
] as const;

/** The adapter that the system offers first. Throws NO_DEVICE where there is none. */
export async function findAdapter(gpu: Gpu): Promise<GpuAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter !== null) return adapter;
  throw new FermentError('NO_DEVICE', `WebGPU was asked for, but ${missing(process.platform)}`, {
    hint: INSTALL[process.platform] ?? 'Set engine.device to cpu in params.yaml.',
  });
}

/** A device with all that the adapter allows: the default limits are those of a phone. */
export function openDevice(adapter: GpuAdapter): Promise<GpuDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name] ?? 0]));
  return adapter.requestDevice({ requiredLimits });
}

export function describeAdapter({ info }: GpuAdapter): AdapterFacts {
  const words = [info.vendor, info.architecture, info.device].filter((word) => word !== '').join(' ');
  return {
    name: info.description || words || 'unnamed adapter',
    software: info.isFallbackAdapter === true || SOFTWARE.test(`${words} ${info.description}`),
  };
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render driver|\bwarp\b/i;

const API: Readonly<Record<string, string>> = { darwin: 'Metal', win32: 'Direct3D 12' };

function missing(platform: string): string {
  const api = API[platform] ?? 'Vulkan';
  return `Dawn finds no adapter: it looked for a ${api} driver that has all WebGPU needs.`;
}

const INSTALL: Readonly<Record<string, string>> = {
  linux:
    "Install the GPU's Vulkan driver and libvulkan1 (Debian, Ubuntu: apt-get install libvulkan1 mesa-vulkan-drivers; NVIDIA: its own driver), check with vulkaninfo --summary, or set engine.device to cpu.",
};
