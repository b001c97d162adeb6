import { posix } from 'node:path';
import { stringify } from 'yaml';
import { renderCommand } from './render-command.ts';
import { renderJson, renderParams } from './render-values.ts';
import {
  type Group,
  isTree,
  type OutSpec,
  type Source,
  type StageSpec,
  type Tree,
  type World,
} from './world.ts';

/** The files that a person would have written: sources, parameter files, pipeline files. */
export function renderWorld(world: World): ReadonlyMap<string, Source> {
  const files = new Map(Object.entries(world.sources));
  const write = (path: string, text: string): unknown => files.set(path, { text, executable: false });
  for (const [file, tree] of Object.entries(world.params))
    write(file, renderParams(file, file.endsWith('params.yaml') ? withGroups(world, file, tree) : tree));
  write('.dvcignore', ['# Not data.', ...world.ignored, ''].join('\n'));
  write('conf/vars.yaml', renderParams('vars.yaml', { more: { word: world.vars.more } }));
  const folders = new Set(['', ...world.stages.map(({ folder }) => folder)]);
  for (const folder of folders) {
    const own = world.stages.filter((stage) => stage.folder === folder);
    const stages = Object.fromEntries(own.map((stage) => [stage.name, renderStage(world, stage)]));
    const vars = ['vars:', '- conf/vars.yaml', `- own: {word: ${renderJson(world.vars.own)}}`, ''].join('\n');
    const text = stringify({ stages }, { lineWidth: 0 });
    write(posix.join(folder, 'dvc.yaml'), folder === '' ? vars + text : text);
  }
  return files;
}

/** The folder in which a stage runs, as a project path. */
export function runFolder({ folder, wdir }: StageSpec): string {
  return posix.join(folder, wdir ?? '.');
}

function withGroups({ stages }: World, file: string, tree: Tree): Tree {
  const groups = stages.flatMap(({ name, folder, group }) =>
    posix.join(folder, 'params.yaml') === file &&
    group !== undefined &&
    group.kind !== 'matrix' &&
    group.inParams
      ? [[groupKey(name), group.kind === 'list' ? group.items : mapOf(group)] as const]
      : [],
  );
  return { ...tree, ...Object.fromEntries(groups) };
}

function mapOf(group: Group): Tree {
  return Object.fromEntries(
    group.items.map((item, index) => [item, { number: { number: String(index) }, text: `${item} text` }]),
  );
}

function renderStage(world: World, stage: StageSpec): unknown {
  const { group } = stage;
  const body = renderBody(world, stage);
  if (group === undefined) return body;
  if (group.kind === 'matrix') return { matrix: { word: group.items, number: group.numbers }, ...body };
  if (group.inParams) return { foreach: `\${${groupKey(stage.name)}}`, do: body };
  return { foreach: group.kind === 'list' ? group.items : plain(mapOf(group)), do: body };
}

/** As JavaScript has it, for the YAML library. Only for values whose numbers are plain. */
function plain(tree: Tree): unknown {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      isTree(value)
        ? plain(value)
        : typeof value === 'object' && value !== null && 'number' in value
          ? Number(value.number)
          : value,
    ]),
  );
}

function renderBody(world: World, stage: StageSpec): Record<string, unknown> {
  const from = runFolder(stage);
  const member = memberTemplate(stage);
  const place = (path: string): string => posix.relative(from, path).replaceAll('{}', member);
  const of = (...forms: readonly OutSpec['form'][]): unknown[] =>
    stage.outs.filter(({ form }) => forms.includes(form)).map((out) => renderOut(place(out.path), out));
  const lists = {
    deps: stage.deps.map(place),
    params: stage.params.map(({ file, key }) => renderParam(posix.relative(from, file), key)),
    outs: of('file', 'folder'),
    metrics: of('metrics'),
    plots: of('plots'),
  };
  return {
    cmd: renderCommand(world, stage, place),
    ...(stage.wdir === undefined ? {} : { wdir: stage.wdir }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(stage.frozen ? { frozen: true } : {}),
    ...(stage.always ? { always_changed: true } : {}),
  };
}

/** What stands in the YAML for the member's text. */
function memberTemplate({ group }: StageSpec): string {
  if (group === undefined) return '';
  return `\${${group.kind === 'list' ? 'item' : 'key'}}`;
}

function renderOut(path: string, { cache, persist }: OutSpec): unknown {
  const options = { ...(cache ? {} : { cache: false }), ...(persist ? { persist: true } : {}) };
  return Object.keys(options).length === 0 ? path : { [path]: options };
}

function renderParam(file: string, key: string | undefined): unknown {
  if (key === undefined) return { [file]: null };
  return file === 'params.yaml' ? key : { [file]: [key] };
}

/** The key of params.yaml that holds a group's items. */
export function groupKey(name: string): string {
  return `items_${name.replaceAll('-', '_')}`;
}
