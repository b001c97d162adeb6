import { isFermentError } from '../../kit/index.ts';
import { take, textOf, WholeFloat } from '../load/floats.ts';
import { type LoadOptions, loadProject, type Project } from '../load/index.ts';
import { projectPath } from '../load/paths.ts';
import type { Stage } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import type { DvcEntry } from './dvc-lock.ts';

/** How commands are found again. */
export interface LinesContext {
  readonly load: LoadOptions;
  readonly root: string;
  /** The stage's command lines as DVC has them. */
  readonly dvcLines: readonly string[] | undefined;
}

/**
 * The command lines of an earlier run as the runner would write them. Where it quotes values that DVC pastes as they
 * are, they are made anew with the run's parameters; a run of another template keeps DVC's text.
 */
export function linesOfRun(entry: DvcEntry, stage: Stage, context: LinesContext): readonly string[] {
  const { load, root, dvcLines } = context;
  const ours = stage.command.kind === 'shell' ? stage.command.lines : [];
  if (isSame(entry.cmd, dvcLines)) return ours;
  if (isSame(ours, dvcLines)) return entry.cmd;
  try {
    const options = { ...load, overrides: [...(load.overrides ?? []), ...overridesOf(entry, stage, root)] };
    const asDvc = linesIn(loadProject({ ...options, quoting: 'none' }), stage);
    return isSame(entry.cmd, asDvc) ? (linesIn(loadProject(options), stage) ?? entry.cmd) : entry.cmd;
  } catch (error) {
    // With these values the present pipeline is not valid.
    if (isFermentError(error)) return entry.cmd;
    throw error;
  }
}

function linesIn({ stages }: Project, { name }: Stage): readonly string[] | undefined {
  const command = stages.find((stage) => stage.name === name)?.command;
  return command?.kind === 'shell' ? command.lines : undefined;
}

function isSame(a: readonly string[], b: readonly string[] | undefined): boolean {
  return a.length === b?.length && a.every((line, i) => line === b[i]);
}

/** The run's parameters as `-S` takes them. */
function overridesOf(entry: DvcEntry, stage: Stage, root: string): string[] {
  return Object.entries(entry.params).flatMap(([path, values]) => {
    const file = projectPath(stage.wdir, path, root);
    return Object.keys(values).map((key) => `${file}:${key}=${yamlOf(take(values, key))}`);
  });
}

/** A value on one line of YAML, whole floats as floats. */
function yamlOf(value: unknown): string {
  if (value instanceof WholeFloat) return textOf(value);
  if (Array.isArray(value)) return `[${[...value.keys()].map((i) => yamlOf(take(value, i))).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.keys(value).map((key) => `${JSON.stringify(key)}: ${yamlOf(take(value, key))}`);
  return `{${pairs.join(', ')}}`;
}
