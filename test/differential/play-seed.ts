import { rmSync } from 'node:fs';
import fc from 'fast-check';
import type { DvcServer } from './dvc-server.ts';
import { projects } from './generate.ts';
import { type Played, play } from './play.ts';

/** What came of the project that a seed stands for. */
export interface PlayedSeed {
  readonly first: Played;
  /** The smallest project and steps found that still differ; undefined where the tools agree. */
  readonly smallest: Played | undefined;
}

/** Plays the project and the steps that a seed stands for, and after a difference smaller ones for a while. */
export async function playSeed(
  seed: number,
  folder: string,
  server: DvcServer,
  { shrinkMs }: { readonly shrinkMs: number },
): Promise<PlayedSeed> {
  let first: Played | undefined;
  let smallest: Played | undefined;
  const property = fc.asyncProperty(projects, async ({ steps, world }) => {
    rmSync(folder, { recursive: true, force: true });
    const played = await play(folder, server, world, steps);
    first ??= played;
    if (played.differences.length === 0) return true;
    smallest = played;
    return false;
  });
  const limits = {
    endOnFailure: shrinkMs === 0,
    interruptAfterTimeLimit: shrinkMs === 0 ? 600_000 : shrinkMs,
  };
  const checked = await fc.check(property, { seed, numRuns: 1, ...limits });
  if (first === undefined)
    throw new Error(`Seed ${seed} could not be played.`, { cause: checked.errorInstance });
  return { first, smallest };
}

/** The steps and the differences for people; empty where there are none. */
export function tell({ story, differences }: Played): string {
  if (differences.length === 0) return '';
  const told = differences.map(
    ({ on, what, ours, dvc }) => `  ${on} ${what}\n    ferment: ${ours}\n    dvc:     ${dvc}`,
  );
  return [...story.map((line) => `  ${line}`), ...told].join('\n');
}
