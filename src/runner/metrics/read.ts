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
  /** What may be asked for: files that were found, and those that are declared. */
  readonly files: readonly ProjectPath[];
}

/** The files that stages declare as metrics, and those at the top level of the pipeline; sorted by bytes. */
export function metricFiles(project: Project): readonly ProjectPath[] {
  const ofStages = project.stages.flatMap((stage) => stage.outs.filter((out) => out.kind === 'metric'));
  return [...new Set([...ofStages.map((out) => out.path), ...project.topLevel.metrics])].sort(compareBytes);
}

/** Of a folder of metrics these are read. */
const IN_FOLDERS = /\.(json|ya?ml|toml)$/i;

/** All metrics of a side by file and dotted key; of a folder the files in it, as in DVC. Missing files are left out. */
export function readMetrics(side: Side): SideValues {
  const values = new Map<string, ReadonlyMap<string, Scalar>>();
  const unreadable = new Map<ProjectPath, string>();
  const declared = metricFiles(side.project);
  // What the store should have and has not is no reason to say nothing of the other files.
  const attempt = <T>(path: ProjectPath, look: () => T): T | undefined => {
    try {
      return look();
    } catch (error) {
      if (!isFermentError(error)) throw error;
      unreadable.set(path, `${path} (${side.label}) cannot be read: ${error.message}`);
      return undefined;
    }
  };
  const take = (path: ProjectPath): void => {
    const bytes = attempt(path, () => side.read(path));
    if (bytes === undefined) return;
    try {
      values.set(path, flatten(parseMetrics(path, bytes.toString())));
    } catch (error) {
      const text = `${path} (${side.label}) is neither JSON nor YAML nor TOML: ${messageOf(error)}`;
      unreadable.set(path, text);
    }
  };
  for (const path of declared) {
    take(path);
    if (values.has(path) || unreadable.has(path)) continue;
    for (const file of attempt(path, () => side.filesIn(path)) ?? []) if (IN_FOLDERS.test(file)) take(file);
  }
  return { values, unreadable, files: [...new Set([...declared, ...values.keys(), ...unreadable.keys()])] };
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
  return { values, unreadable: new Map(), files: [...values.keys()] };
}
