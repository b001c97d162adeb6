import fc from 'fast-check';
import { type GeneratedProject, projects, type Step } from './generate.ts';
import type { World } from './world.ts';

/** How long a command takes beside one stage of a project: both are cheap, and a start costs more. */
const COMMAND_COST = 3;

/**
 * The seeds from 1 on whose projects and steps have the most that the ones before them do not have, for the time that
 * they take: for a short run. Only generates, plays nothing.
 */
export function tellingSeeds(count: number, among: number): readonly number[] {
  const left = new Map<number, { readonly traits: ReadonlySet<string>; readonly cost: number }>();
  for (let seed = 1; seed <= among; seed += 1) {
    const { world, steps } = projectOf(seed);
    const cost = (1 + steps.length) * (COMMAND_COST + world.stages.length);
    left.set(seed, { traits: new Set(traitsOf(world, steps)), cost });
  }
  const seen = new Set<string>();
  const chosen: number[] = [];
  while (chosen.length < count && left.size > 0) {
    let [best, most] = [0, -1];
    for (const [seed, { traits, cost }] of left) {
      const worth = [...traits].filter((trait) => !seen.has(trait)).length / cost;
      if (worth > most) [best, most] = [seed, worth];
    }
    for (const trait of left.get(best)?.traits ?? []) seen.add(trait);
    left.delete(best);
    chosen.push(best);
  }
  return chosen;
}

/** What a seed stands for. */
export function projectOf(seed: number): GeneratedProject {
  const [project] = fc.sample(projects, { seed, numRuns: 1 });
  if (project === undefined) throw new Error('Expected a project.');
  return project;
}

/** What of the generator's vocabulary a project has, and what its edits meet. */
function traitsOf(world: World, steps: readonly Step[]): readonly string[] {
  const parts = world.stages.flatMap((stage) => [
    `group ${stage.group?.kind} ${stage.folder}`,
    `place ${stage.folder} ${stage.wdir}`,
    `form ${stage.form}`,
    ...(stage.always ? ['always'] : []),
    ...stage.pasted.map((key) => `pasted ${key} ${stage.folder}`),
    ...stage.params.map(({ file, key }) => `param ${file} ${key === undefined}`),
    ...stage.outs.map(({ form, cache, persist }) => `out ${form} ${cache} ${persist}`),
    ...stage.deps.map((dep) => `dep ${dep.split('/')[0]}`),
  ]);
  const words = steps.map(({ command }) => JSON.stringify({ ...command, target: undefined }));
  const edits = steps.flatMap((step, i) =>
    step.edits.flatMap(({ kind }) => [`edit ${kind}`, `${kind}, then ${words[i]}`]),
  );
  return [...parts, ...words, ...edits, `imported ${world.imported}`];
}
