// The parts of WebGPU and of its TensorFlow.js back end that Ferment uses. TypeScript's library declares WebGPU for
// browsers only, and the packages are not installed unless somebody wants them (docs/devices.md).
// Source: https://www.w3.org/TR/webgpu/

/** The entry point, `navigator.gpu` in a browser. */
export interface Gpu {
  requestAdapter(options?: { readonly powerPreference?: 'high-performance' }): Promise<GpuAdapter | null>;
}

export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

export interface GpuAdapter {
  readonly info: GpuAdapterInfo;
  readonly features: { has(name: string): boolean };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: {
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<GpuDevice>;
}

export interface GpuBuffer {
  readonly size: number;
  readonly mapState: 'unmapped' | 'pending' | 'mapped';
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

interface GpuCommandEncoder {
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
  finish(): object;
}

export interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly queue: { submit(commands: readonly object[]): void };
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): GpuBuffer;
  createCommandEncoder(): GpuCommandEncoder;
  addEventListener(type: 'uncapturederror', listener: (event: GpuErrorEvent) => void): void;
  destroy(): void;
}

export interface GpuErrorEvent {
  readonly error: { readonly message: string; readonly constructor: { readonly name: string } };
  preventDefault(): void;
}

/** What `webgpu`, Dawn for Node, exports. */
export interface DawnModule {
  create(options: readonly string[]): Gpu;
  /** The classes and constants that a browser has as globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** The back end of TensorFlow.js. */
export interface WebGpuBackend {
  readonly tensorMap: { get(dataId: object): WebGpuTensorData };
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  readSync(dataId: object): unknown;
  read(dataId: object): Promise<unknown>;
  dispose(): void;
}

export interface WebGpuTensorData {
  /** Numbers that the back end still has on the processor. */
  readonly values?: unknown;
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64';
  readonly resource?: GpuBuffer;
}

/** What `@tensorflow/tfjs-backend-webgpu` exports. */
export interface BackendModule {
  readonly WebGPUBackend: new (device: GpuDevice, info: GpuAdapterInfo) => WebGpuBackend;
}
