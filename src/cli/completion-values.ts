import { compareBytes } from '../kit/index.ts';
import { findProject, listRevisions, loadProject, plotIds } from '../runner/index.ts';

/** A word that may be typed, and what it is for. `:files` stands for the shell's own completion of paths. */
export type Candidate = readonly [word: string, description: string];

/** Where the shell completes paths by itself. */
export const FILES = ':files';

/** What may stand for an argument or an option's value, by its name. */
export function valuesOf(
  name: string,
  choices: readonly string[] | undefined,
  cwd: string,
): readonly Candidate[] {
  if (choices !== undefined) return choices.map((choice) => [choice, '']);
  switch (name) {
    case 'stage':
      return stages(cwd);
    case 'target':
    case 'without':
      return [...stages(cwd), ...groups(cwd), ...outs(cwd)];
    case 'targets':
      return [...stages(cwd), ...outs(cwd), ...plots(cwd)];
    case 'a':
    case 'b':
    case 'revision':
      return revisions(cwd);
    case 'set':
      return params(cwd);
    case 'jobs':
    case 'precision':
      return [];
    default:
      return [[FILES, '']];
  }
}

/** A project that cannot be loaded has no names. */
function fromProject<T>(
  cwd: string,
  read: (project: ReturnType<typeof loadProject>) => readonly T[],
): readonly T[] {
  try {
    return read(loadProject({ cwd }));
  } catch {
    return [];
  }
}

function stages(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) => project.stages.map(({ name, desc }): Candidate => [name, desc ?? '']));
}

function groups(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) =>
    [...new Set(project.stages.filter(({ name, group }) => name !== group).map(({ group }) => group))].map(
      (group): Candidate => [group, 'all stages of the group'],
    ),
  );
}

function outs(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) =>
    project.stages.flatMap((stage) =>
      stage.outs.map(({ path, desc }): Candidate => [path, desc ?? `${stage.name} writes it`]),
    ),
  );
}

function plots(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) => plotIds(project).map((id): Candidate => [id, 'plot']));
}

function params(cwd: string): readonly Candidate[] {
  return fromProject(cwd, (project) =>
    [...new Set(project.stages.flatMap((stage) => stage.params.flatMap(({ keys }) => keys ?? [])))]
      .sort(compareBytes)
      .map((key): Candidate => [`${key}=`, 'param']),
  );
}

function revisions(cwd: string): readonly Candidate[] {
  try {
    const { root } = findProject(cwd);
    return [
      ['HEAD', 'the last commit'],
      ['HEAD~1', 'the one before'],
      ...listRevisions(root, 'branches').map((name): Candidate => [name, 'branch']),
      ...listRevisions(root, 'tags').map((name): Candidate => [name, 'tag']),
    ];
  } catch {
    return [];
  }
}
