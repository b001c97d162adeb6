import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytes, isFermentError, messageOf } from '../../kit/index.ts';
import type { Project } from '../load/index.ts';
import { tomlLibrary, yamlLibrary } from '../load/lazy.ts';
import type { ProjectPath } from '../model.ts';
import { leavesOf } from '../plan/index.ts';
import type { Values } from './diff.ts';
import { asScalar, flatten, type Scalar } from './flatten.ts';
import type { Side } from './side.ts';

/** What was read from one side, and which files could not be understood. */
export interface SideValues {
  readonly values: Values;
  /** File to what is wrong with it. */
  readonly unreadable: ReadonlyMap<ProjectPath, string>;
}

/** The files that stages declare as metrics, and those at the top level of the pipeline; sorted by bytes. */
export function metricFiles(project: Project): readonly ProjectPath[] {
  const ofStages = project.stages.flatMap((stage) => stage.outs.filter((out) => out.kind === 'metric'));
  return [...new Set([...ofStages.map((out) => out.path), ...project.topLevel.metrics])].sort(compareBytes);
}

/** All metrics of a side by file and dotted key. Missing files are left out. */
export function readMetrics(side: Side): SideValues {
  const values = new Map<string, ReadonlyMap<string, Scalar>>();
  const unreadable = new Map<ProjectPath, string>();
  for (const path of metricFiles(side.project)) {
    const bytes = readFrom(side, path, unreadable);
    if (bytes === undefined) continue;
    try {
      values.set(path, flatten(parseMetrics(path, bytes.toString())));
    } catch (error) {
      const text = `${path} (${side.label}) is neither JSON nor YAML nor TOML: ${messageOf(error)}`;
      unreadable.set(path, text);
    }
  }
  return { values, unreadable };
}

/** Bytes that the store should have and has not are no reason to say nothing of the other files. */
function readFrom(side: Side, path: ProjectPath, unreadable: Map<ProjectPath, string>): Buffer | undefined {
  try {
    return side.read(path);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    unreadable.set(path, `${path} (${side.label}) cannot be read: ${error.message}`);
    return undefined;
  }
}

/** The content of one metrics file of the workspace, or undefined when it is missing or neither JSON nor YAML. */
export function workspaceMetrics(project: Project, path: ProjectPath): unknown {
  try {
    return parseMetrics(path, readFileSync(join(project.root, path), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Python writes NaN and Infinity, which are no JSON; they count as no value. */
function parseMetrics(path: string, text: string): unknown {
  if (path.endsWith('.toml')) return tomlLibrary().parse(text);
  if (!path.endsWith('.json')) return yamlLibrary().parse(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    const withoutLiterals = text.replace(/(?<=[:,[\s])(-?Infinity|NaN)(?=\s*[,\]}])/g, 'null');
    if (withoutLiterals === text) throw error;
    return JSON.parse(withoutLiterals);
  }
}

/** All values in the parameter files that the pipeline reads, by file and dotted key; a list is one value, written as JSON. */
export function readParams(side: Side): SideValues {
  const values = new Map<string, ReadonlyMap<string, Scalar>>();
  for (const [path, file] of side.project.params.files) {
    const leaves = [...leavesOf(file.data, '')].filter(([key]) => key !== '');
    values.set(path, new Map(leaves.map(([key, value]) => [key, asScalar(value)])));
  }
  return { values, unreadable: new Map() };
}
