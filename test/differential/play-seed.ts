import { rmSync } from 'node:fs';
import fc from 'fast-check';
import type { DvcServer } from './dvc-server.ts';
import { type GeneratedProject, projects } from './generate.ts';
import { type Played, play } from './play.ts';
import { projectOf } from './telling-seeds.ts';

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
  const playOne = ({ steps, world }: GeneratedProject): Promise<Played> => {
    rmSync(folder, { recursive: true, force: true });
    return play(folder, server, world, steps);
  };
  const first = await playOne(projectOf(seed));
  if (first.differences.length === 0) return { first, smallest: undefined };
  let smallest = { project: projectOf(seed), played: first };
  const end = Date.now() + shrinkMs;
  const property = fc.asyncProperty(projects, async (project) => {
    // Its own limit would leave a project behind that is still being played, in the folder of the next one.
    if (Date.now() > end) return true;
    const played = await playOne(project);
    if (played.differences.length === 0) return true;
    smallest = { project, played };
    return false;
  });
  if (shrinkMs > 0) {
    await fc.check(property, { seed, numRuns: 1 });
    // So that its copies are those that are left.
    await playOne(smallest.project);
  }
  return { first, smallest: smallest.played };
}

/** The steps and the differences for people; empty where there are none. */
export function tell({ story, differences }: Played): string {
  if (differences.length === 0) return '';
  const told = differences.map(
    ({ on, what, ours, dvc }) => `  ${on} ${what}\n    ferment: ${ours}\n    dvc:     ${dvc}`,
  );
  return [...story.map((line) => `  ${line}`), ...told].join('\n');
}
