import type { Device, Engine } from '../engine/index.ts';

/** On what a piece of work ran. Goes into run records, never into a result. */
export interface EngineFacts {
  readonly device: Device;
  /** Why this device, in words. */
  readonly reason: string;
  /** Name and version: `TensorFlow 2.21.0`, `TensorFlow.js 4.22.0 and Dawn 0.6.2`. */
  readonly library: string;
  /** The GPU, on WebGPU; `software` is one that the processor plays. */
  readonly adapter?: { readonly name: string; readonly software: boolean };
  readonly threads: number;
  /** Which kernels run, in words; on the CPU only, where there are several. */
  readonly kernels?: string;
  /** What large products multiply, in words, where that is not float32. */
  readonly products?: string;
}

/** What is worth knowing of a loaded engine. */
export function engineFacts(engine: Engine): EngineFacts {
  const { device, reason, version, threads, adapter, precision } = engine;
  if (adapter === undefined) {
    const facts = { device, reason, library: `TensorFlow ${version}`, threads };
    const kernels = device === 'cpu' ? { kernels: kernelsOf(engine) } : {};
    return { ...facts, ...kernels, ...(precision === undefined ? {} : { products: productsOf(engine) }) };
  }
  const { name, software, dawn } = adapter;
  const library = `TensorFlow.js ${version} and Dawn ${dawn}`;
  return { device, reason, library, adapter: { name, software }, threads };
}

/** Where the faster kernels are missing, that is said, too: nothing falls silently to slower ones. */
function kernelsOf({ fused, kernels }: Engine): string {
  const isFast = kernels === 'onednn';
  if (fused === undefined) return `${isFast ? 'oneDNN' : 'the standard'} kernels, none of our own`;
  return `own fused kernels for ${fused.instructions}, else ${isFast ? "oneDNN's" : 'the standard ones'}`;
}

/** Numbers that the processor has no instructions for cost time, and that is said. */
function productsOf({ fused, precision }: Engine): string {
  return `products in ${precision}${fused?.multipliesBfloat16 ? '' : ', computed from floats'}`;
}

/**
 * The same as a sentence for people: `TensorFlow 2.21.0 on cpu with 2 threads (cpu was asked for); …`, with the
 * kernels.
 */
export function describeEngine(facts: EngineFacts): string {
  const { device, reason, library, adapter, threads, kernels, products } = facts;
  if (adapter !== undefined) return `${library} on ${device}, ${adapter.name} (${reason})`;
  const count = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const more = [kernels, products].filter((part) => part !== undefined);
  return [`${library} on ${device} with ${count} (${reason})`, ...more].join('; ');
}

/** Where a stage says on what it computes: a line in its log, and the entry `engine` of the run record. */
export interface EngineReporting {
  log(text: string): void;
  warn(text: string): void;
  record(key: string, value: unknown): void;
}

/**
 * Says once on what a stage computes, as soon as it is known: also a stage that fails has it on record. Warns of a
 * slow back end.
 */
export function reportEngine(stage: EngineReporting): (facts: EngineFacts) => void {
  return (facts) => {
    stage.log(describeEngine(facts));
    stage.record('engine', facts);
    if (facts.adapter?.software) {
      stage.warn(
        `${facts.adapter.name} is no GPU: the processor plays one. engine.device: cpu is far faster.`,
      );
    }
  };
}
