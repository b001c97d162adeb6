import { projectPath } from '../load/paths.ts';
import type { Change, Inputs, ProjectPath, Stage } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import type { DvcEntry, DvcItem } from './dvc-lock.ts';
import type { Finder } from './finder.ts';

/** DVC's items by the paths that the project knows them by. */
export function itemsByPath(
  items: readonly DvcItem[],
  stage: Stage,
  root: string,
): ReadonlyMap<ProjectPath, DvcItem> {
  return new Map(items.map((item) => [projectPath(stage.wdir, item.path, root), item]));
}

/** The values of a parameter file in DVC's entry, whichever way its path is written there. */
export function paramsOf(
  entry: DvcEntry,
  stage: Stage,
  { file, root }: { readonly file: ProjectPath; readonly root: string },
): Readonly<Record<string, unknown>> | undefined {
  return Object.entries(entry.params).find(([path]) => projectPath(stage.wdir, path, root) === file)?.[1];
}

/** The command as DVC would have it differs from the one that it noted. */
export function compareCommand(entry: DvcEntry, lines: readonly string[] | undefined): readonly Change[] {
  const isSame = lines?.length === entry.cmd.length && lines.every((line, i) => line === entry.cmd[i]);
  const [old, now] = [entry.cmd.join('\n'), lines?.join('\n')];
  return isSame ? [] : [{ kind: 'cmd', name: 'cmd', change: 'modified', old, new: now }];
}

/** Which declared deps are not as DVC noted them. A dep that only DVC's entry has is no change, as in DVC. */
export async function compareDeps(
  finder: Finder,
  paths: readonly ProjectPath[],
  noted: ReadonlyMap<ProjectPath, DvcItem>,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const name of paths) {
    const reference = noted.get(name)?.content;
    const found = await finder.find(name, false);
    if (found === undefined) changes.push({ kind: 'dep', name, change: 'deleted' });
    else if (reference === undefined) changes.push({ kind: 'dep', name, change: 'new' });
    else if (!(await finder.isSame(found, reference)))
      changes.push({ kind: 'dep', name, change: 'modified' });
  }
  return changes;
}

/** Which declared parameters differ, compared as Python compares. */
export function compareParams(
  entry: DvcEntry,
  stage: Stage,
  { values, root }: { readonly values: Inputs['params']; readonly root: string },
): readonly Change[] {
  return stage.params.flatMap(({ file, keys }) => {
    const then = paramsOf(entry, stage, { file, root }) ?? {};
    const now = (Object.hasOwn(values, file) ? values[file] : undefined) ?? {};
    const whole = Object.hasOwn(now, '') && isObject(now['']) ? now[''] : {};
    const actual = keys === undefined ? whole : now;
    const names = keys ?? [...new Set([...Object.keys(actual), ...Object.keys(then)])];
    return names.flatMap((key) => compareParam(`${file}:${key}`, own(then, key), own(actual, key)));
  });
}

function compareParam(name: string, then: unknown, now: unknown): Change[] {
  if (then === undefined) return [{ kind: 'param', name, change: 'new', new: now }];
  if (now === undefined) return [{ kind: 'param', name, change: 'deleted', old: then }];
  return isEqual(then, now) ? [] : [{ kind: 'param', name, change: 'modified', old: then, new: now }];
}

function own(values: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** Python's `==` on data: true is 1, an order of keys is none. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]))
    );
  }
  return a === b || (isNumeric(a) && isNumeric(b) && Number(a) === Number(b));
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
