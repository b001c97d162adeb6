import { Worker } from 'node:worker_threads';
import { FermentError } from '../../kit/index.ts';
import type { Matrix } from './matrix.ts';

type AnyFunction = (...args: never[]) => unknown;

/**
 * Work in numbered pieces for several threads. Each piece writes to places of its own in shared memory, so it does not
 * matter who does which: the result has the same bits for any number of threads.
 */
export interface Task<Shared, Kernels> {
  /** Called once in each thread with what they share (typed arrays over SharedArrayBuffers, numbers); does piece i. */
  readonly entry: (shared: Shared, kernels: Kernels) => (piece: number) => void;
  /** Functions of other files for `entry`. */
  readonly kernels: Kernels;
  /**
   * All that `entry` and the kernels call, each in its own file, by `function name() {}`. They reach the threads as
   * text, so that this also works in a program that was bundled into one file: they may use nothing but their arguments
   * and each other.
   */
  readonly helpers: readonly AnyFunction[];
}

/** Threads that wait for work until they are closed; whoever makes a team closes it, after an error too. */
export interface Team {
  /** Does the pieces 0 to count - 1, at most 4,095, and returns when all are done. Throws INTERNAL when one failed. */
  run(count: number): void;
  close(): void;
}

/**
 * The control array: the ticket (the number of the run, times 4,096, plus how many pieces are free), pieces done, 1
 * after a failure.
 */
const SLOTS = 3;
const MAX_PIECES = 4095;

/** The calling thread and `threads - 1` more. One thread, no other: the same work without any of it. */
export function createTeam<Shared, Kernels extends object>(
  task: Task<Shared, Kernels>,
  shared: Shared,
  threads: number,
): Team {
  const control = new Int32Array(new SharedArrayBuffer(4 * SLOTS));
  const work = task.entry(shared, task.kernels);
  for (let thread = 1; thread < threads; thread++) {
    const worker = new Worker(sourceOf(task), { eval: true, workerData: { control, shared }, execArgv: [] });
    // The control array tells that it failed.
    worker.on('error', () => {});
    worker.unref();
  }
  let run = 0;
  return {
    run(count) {
      if (count > MAX_PIECES) throw new FermentError('INTERNAL', `${count} pieces are too many for a team.`);
      run = (run + 1) % 0x40000;
      Atomics.store(control, 1, 0);
      Atomics.store(control, 0, run * 4096 + count);
      if (threads > 1) Atomics.notify(control, 0);
      takePieces(control, work);
      // A thread that has not started yet has taken nothing, and nobody waits for it.
      for (let done = Atomics.load(control, 1); done < count; done = Atomics.load(control, 1))
        Atomics.wait(control, 1, done);
      if (Atomics.load(control, 2) !== 0) throw new FermentError('INTERNAL', 'A thread of the team failed.');
    },
    close() {
      Atomics.store(control, 0, -1);
      Atomics.notify(control, 0);
    },
  };
}

/** Does free pieces until there is none, and returns the ticket that said so. */
function takePieces(control: Int32Array, work: (piece: number) => void): number {
  for (;;) {
    const ticket = Atomics.load(control, 0);
    const free = ticket & 4095;
    if (ticket < 0 || free === 0) return ticket;
    if (Atomics.compareExchange(control, 0, ticket, ticket - 1) !== ticket) continue;
    try {
      work(free - 1);
    } catch (error) {
      // Before it counts as done: who waits for it looks then.
      Atomics.store(control, 2, 1);
      throw error;
    } finally {
      Atomics.add(control, 1, 1);
      Atomics.notify(control, 1);
    }
  }
}

/** The life of a thread. */
function serve(control: Int32Array, work: (piece: number) => void): void {
  for (let ticket = takePieces(control, work); ticket >= 0; ticket = takePieces(control, work))
    Atomics.wait(control, 0, ticket);
}

function sourceOf<Shared, Kernels extends object>(task: Task<Shared, Kernels>): string {
  const kernels = Object.entries(task.kernels).map(([name, kernel]) => `${name}: ${kernel}`);
  const functions = [takePieces, ...task.helpers].map(String);
  return `'use strict';
const { workerData } = require('node:worker_threads');
// tsx wraps functions in it to keep their names.
const __name = (named) => named;
${functions.join('\n')}
try {
  (${serve})(workerData.control, (${task.entry})(workerData.shared, { ${kernels.join(', ')} }));
} catch (error) {
  Atomics.store(workerData.control, 2, 1);
  throw error;
}
`;
}

/** Zeros in memory that threads share. */
export function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

/** The same for 32-bit integers. */
export function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

/** A matrix as threads can see it: a copy, unless there is one thread only. */
export function sharedMatrix(x: Matrix, threads: number): Matrix {
  if (threads <= 1) return x;
  const data = sharedFloats(x.data.length);
  data.set(x.data);
  return { data, rows: x.rows, columns: x.columns };
}
