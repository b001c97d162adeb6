import type { Device, Engine } from '../engine/index.ts';

/** On what a piece of work ran. Goes into run records, never into a result. */
export interface EngineFacts {
  readonly device: Device;
  /** Why this device, in words. */
  readonly reason: string;
  /** Name and version: `TensorFlow 2.21.0`. */
  readonly library: string;
  readonly threads: number;
}

/** What is worth knowing of a loaded engine. */
export function engineFacts(engine: Engine): EngineFacts {
  const { device, reason, version, threads } = engine;
  return { device, reason, library: `TensorFlow ${version}`, threads };
}

/** The same as a sentence for people: `TensorFlow 2.21.0 on cpu with 2 threads (cpu was asked for)`. */
export function describeEngine({ device, reason, library, threads }: EngineFacts): string {
  return `${library} on ${device} with ${threads} ${threads === 1 ? 'thread' : 'threads'} (${reason})`;
}

/** Where a stage says on what it computes: a line in its log, and the entry `engine` of the run record. */
export interface EngineReporting {
  log(text: string): void;
  record(key: string, value: unknown): void;
}

/** Says once on what a stage computes, as soon as it is known: also a stage that fails has it on record. */
export function reportEngine(stage: EngineReporting): (facts: EngineFacts) => void {
  return (facts) => {
    stage.log(describeEngine(facts));
    stage.record('engine', facts);
  };
}
