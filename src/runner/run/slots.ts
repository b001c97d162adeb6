import { totalmem } from 'node:os';
import type { Resources } from '../model.ts';
import { findGpus } from './gpus.ts';

/** What a running stage holds. */
export interface Grant {
  readonly cpus: number;
  /** Ids as CUDA_VISIBLE_DEVICES takes them. */
  readonly gpus: readonly string[];
  readonly memoryBytes: number;
}

/** The machine's slots. A stage that asks for more than there is gets all there is. */
export class Slots {
  readonly cpus: number;
  readonly #memory: number;
  #freeCpus: number;
  #freeMemory: number;
  #gpus: readonly string[] | undefined;
  #freeGpus: string[] = [];
  readonly #listGpus: () => readonly string[];

  constructor(cpus: number, listGpus: () => readonly string[] = findGpus, memoryBytes: number = totalmem()) {
    this.cpus = cpus;
    this.#freeCpus = cpus;
    this.#memory = memoryBytes;
    this.#freeMemory = memoryBytes;
    this.#listGpus = listGpus;
  }

  /** Takes the slots of a stage, or undefined while they are not free. GPUs are counted when the first stage asks. */
  take(resources: Resources): Grant | undefined {
    const cpus = Math.min(resources.cpus, this.cpus);
    const memoryBytes = Math.min(resources.memoryBytes ?? 0, this.#memory);
    const gpus = resources.gpus > 0 ? Math.min(resources.gpus, this.#countGpus()) : 0;
    if (cpus > this.#freeCpus || memoryBytes > this.#freeMemory || gpus > this.#freeGpus.length)
      return undefined;
    this.#freeCpus -= cpus;
    this.#freeMemory -= memoryBytes;
    return { cpus, memoryBytes, gpus: this.#freeGpus.splice(0, gpus) };
  }

  give(grant: Grant): void {
    this.#freeCpus += grant.cpus;
    this.#freeMemory += grant.memoryBytes;
    this.#freeGpus = (this.#gpus ?? []).filter(
      (id) => this.#freeGpus.includes(id) || grant.gpus.includes(id),
    );
  }

  #countGpus(): number {
    if (this.#gpus === undefined) {
      this.#gpus = this.#listGpus();
      this.#freeGpus = [...this.#gpus];
    }
    return this.#gpus.length;
  }
}
