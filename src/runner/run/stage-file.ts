import { posix } from 'node:path';
import { type Params, paramValue } from '../load/index.ts';
import type { NamedPath, ProjectPath, Stage } from '../model.ts';
import type { FoundDep } from './find-deps.ts';
import { stageGraph } from './gather-inputs.ts';
import type { StageFile } from './protocol.ts';
import type { Session } from './session.ts';
import type { Grant } from './slots.ts';

/** What a stage program is given, as `src/stage` reads it. Paths are relative to the folder in which it runs. */
export function stageFileFor(
  session: Session,
  stage: Stage,
  { deps, grant }: { readonly deps: readonly FoundDep[]; readonly grant: Grant },
): StageFile {
  const from = (path: ProjectPath): string => relativeTo(stage, path);
  const outsOf = (kind: 'out' | 'metric' | 'plot'): Record<string, string> =>
    byName(
      stage.outs.filter((out) => out.kind === kind),
      ({ path }) => from(path),
    );
  const within = process.env['FERMENT_STAGE_FILE'];
  return {
    stage: stage.name,
    root: session.root,
    params: nestParams(session.project.params, stage),
    deps: byName(
      deps.map(({ dep, paths }) => ({ ...dep, paths })),
      ({ glob, path, paths }) => (glob ? paths.map(from) : from(path)),
    ),
    outs: outsOf('out'),
    metrics: outsOf('metric'),
    plots: outsOf('plot'),
    checkpoints: byName(stage.checkpoints, ({ path }) => from(path)),
    cpus: grant.cpus,
    gpus: grant.gpus.length,
    ...(stage.graph ? { graph: stageGraph(session.graph) } : {}),
    ...(within === undefined ? {} : { within }),
  };
}

/** A project path as the stage's command sees it from its folder. */
export function relativeTo(stage: Stage, path: ProjectPath): string {
  return posix.isAbsolute(path) ? path : posix.relative(stage.wdir, path) || '.';
}

/** By name, or by place in the list for those without one. */
function byName<T extends NamedPath, V>(items: readonly T[], value: (item: T) => V): Record<string, V> {
  return Object.fromEntries(items.map((item, i) => [item.name ?? String(i), value(item)]));
}

type Tree = { [key: string]: unknown };

/** The declared parameters of all files in one tree, as deep as they are in their file. */
function nestParams(params: Params, stage: Stage): Tree {
  const tree: Tree = {};
  for (const { file, keys } of stage.params) {
    for (const key of keys ?? ['']) {
      const found = paramValue(params, file, key);
      if (!found.found) continue;
      if (found.path.length > 0) put(tree, found.path.map(String), found.value);
      else if (isTree(found.value)) merge(tree, found.value);
    }
  }
  return tree;
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    const old = Object.hasOwn(tree, first) ? tree[first] : undefined;
    if (isTree(old) && isTree(value)) merge(old, value);
    else define(tree, first, structuredClone(value));
    return;
  }
  const inner = Object.hasOwn(tree, first) ? tree[first] : undefined;
  if (isTree(inner)) put(inner, rest, value);
  else {
    const fresh: Tree = {};
    define(tree, first, fresh);
    put(fresh, rest, value);
  }
}

function merge(into: Tree, from: Tree): void {
  for (const [key, value] of Object.entries(from)) put(into, [key], value);
}

/** Also a key called `__proto__` is data. */
function define(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
