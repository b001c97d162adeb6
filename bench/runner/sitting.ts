import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Contestant, Measured, Tool } from './bench.ts';
import { runTimed, type Timed } from './process.ts';
import { scratchFolder, settleDisk } from './scratch.ts';

/** One round of one contestant. */
export type Round = Measured & Pick<Timed, 'peakBytes'>;

export interface ContestantResult {
  readonly tool: Tool;
  readonly rounds: readonly Round[];
  /** It was ended after so many seconds, once: there is no other round. */
  readonly stoppedAfterSeconds?: number;
  readonly note?: string;
}

export interface BenchResult {
  readonly id: string;
  readonly title: string;
  readonly part: string;
  readonly goalSeconds?: number;
  readonly goal?: string;
  readonly goalRatios?: Bench['goalRatios'];
  readonly images?: number;
  /** ISO 8601. */
  readonly at: string;
  readonly results: readonly ContestantResult[];
  readonly cannot?: Bench['cannot'];
}

export interface SittingOptions {
  /** Instead of the bench's own number. */
  readonly rounds?: number | undefined;
  /** Only these contestants. */
  readonly tools?: readonly Tool[] | undefined;
  readonly say: (text: string) => void;
}

/**
 * Has all contestants do the work in turn, round by round, so that what else the machine does meets all of them.
 * Throws when one of them fails, or does not do the work.
 */
export async function sit(
  bench: Bench,
  { rounds = bench.rounds, tools, say }: SittingOptions,
): Promise<BenchResult> {
  const folder = scratchFolder(bench.id);
  const seats = bench.contestants
    .filter(({ tool }) => tools?.includes(tool) ?? true)
    .map((contestant) => new Seat(contestant, join(folder, contestant.tool)));
  for (const seat of seats) await seat.setUp();
  for (let round = 0; round < rounds; round++)
    for (const seat of seats) {
      const text = await seat.play(round);
      if (text !== undefined) say(`${bench.id} ${round + 1}/${rounds} ${seat.contestant.tool}: ${text}`);
    }
  const { contestants: _, rounds: __, ...facts } = bench;
  return {
    ...facts,
    at: new Date().toISOString(),
    results: seats.map((seat) => seat.result()),
  };
}

class Seat {
  readonly contestant: Contestant;
  readonly #folder: string;
  readonly #rounds: Round[] = [];
  #stopped: number | undefined;

  constructor(contestant: Contestant, folder: string) {
    this.contestant = contestant;
    this.#folder = folder;
  }

  async setUp(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    await this.contestant.setUp(this.#folder);
  }

  /** Returns what came of the round, for people; undefined when this contestant does not take part in it. */
  async play(round: number): Promise<string | undefined> {
    const { contestant } = this;
    if (this.#stopped !== undefined || round >= (contestant.rounds ?? Number.POSITIVE_INFINITY))
      return undefined;
    await contestant.reset?.(this.#folder);
    settleDisk();
    const timed = runTimed(contestant.command(this.#folder), this.#folder, contestant.capSeconds);
    if (timed.isCapped) {
      this.#stopped = contestant.capSeconds;
      return `stopped after ${this.#stopped} s`;
    }
    if (timed.exitCode !== 0)
      throw new Error(`${contestant.tool} ended with ${timed.exitCode}:\n${timed.output.slice(-2000)}`);
    await contestant.check(this.#folder, timed.output);
    const measured: Measured = contestant.measured?.(timed.output, this.#folder) ?? timed;
    const { wallSeconds, cpuSeconds, figures } = measured;
    const { peakBytes } = timed;
    this.#rounds.push({ wallSeconds, cpuSeconds, peakBytes, ...(figures === undefined ? {} : { figures }) });
    return `${wallSeconds.toFixed(3)} s, CPU ${cpuSeconds.toFixed(3)} s`;
  }

  result(): ContestantResult {
    const { tool, note } = this.contestant;
    return {
      tool,
      rounds: this.#rounds,
      ...(this.#stopped === undefined ? {} : { stoppedAfterSeconds: this.#stopped }),
      ...(note === undefined ? {} : { note }),
    };
  }
}
