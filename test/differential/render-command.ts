import { posix } from 'node:path';
import { SHELL_VALUES } from './shell-values.ts';
import { isTree, type OutSpec, type StageSpec, type Tree, valueAt, type World } from './world.ts';

/** Where a stage looks whether it shall fail: a file that nobody declares. */
export function switchOf(name: string): string {
  return `stop/${name}`;
}

/**
 * What the stage does, for the shell: every out holds the stage's name, its pasted parameters and the content of all
 * deps, so that a change goes on to all that depends on it. `place` is a project path as the stage sees it.
 */
export function renderCommand(
  world: World,
  stage: StageSpec,
  place: (path: string) => string,
): string | readonly string[] {
  const lines = [
    `test ! -e ${quote(place(switchOf(stage.name)))}`,
    `: ${stage.salt}`,
    ...stage.outs.flatMap((out) => renderOut(world, stage, out, place)),
  ];
  if (stage.form === 'list') return lines;
  return lines.join(stage.form === 'line' ? ' && ' : '\n');
}

function renderOut(
  world: World,
  stage: StageSpec,
  { path, form }: OutSpec,
  place: (path: string) => string,
): readonly string[] {
  const out = place(path);
  const words = [stage.name, ...pasted(world, stage)].join(' ');
  const read = [...stage.deps, ...wholeFiles(stage)].map((dep) => readDep(place(dep)));
  const all = [`echo ${words}`, ...read].join('; ');
  const parent = out.includes('/') ? [`mkdir -p ${quote(out.slice(0, out.lastIndexOf('/')))}`] : [];
  if (form === 'file') return [...parent, `{ ${all}; } > ${quote(out)}`];
  if (form === 'folder')
    return [
      `mkdir -p ${quote(`${out}/deep/er`)}`,
      `{ ${all}; } > ${quote(`${out}/data.txt`)}`,
      `: > ${quote(`${out}/empty`)}`,
      `echo ${stage.salt} > ${quote(`${out}/run.log`)}`,
      `printf %s ${stage.salt} > ${quote(`${out}/deep/er/grün ☃.txt`)}`,
      `printf '#!/bin/sh' > ${quote(`${out}/run.sh`)}; chmod 755 ${quote(`${out}/run.sh`)}`,
    ];
  const count = `$({ ${all}; } | wc -c)`;
  if (form === 'metrics')
    return [
      ...parent,
      `printf '{"bytes": %d, "part": {"half": %d.5}}' ${count} ${stage.salt} > ${quote(out)}`,
    ];
  return [...parent, `printf 'x,y\\n0,%d\\n1,%d\\n' ${count} ${stage.salt} > ${quote(out)}`];
}

function readDep(path: string): string {
  const dep = quote(path);
  return `find ${dep} -type f ! -name '*.log' | LC_ALL=C sort | while IFS= read -r f; do echo "$f"; cat "$f"; done`;
}

function wholeFiles({ params }: StageSpec): readonly string[] {
  return params.filter(({ key }) => key === undefined).map(({ file }) => file);
}

/**
 * The templates of the stage's keys. DVC pastes what Ferment quotes, so what the shell would not leave alone mostly
 * stands in double quotes, which make both tools come to the same text.
 */
function pasted(world: World, stage: StageSpec): readonly string[] {
  const all = templateValues(world, stage);
  return stage.pasted.flatMap((key) => {
    const value = valueAt(all, key);
    if (value === undefined || Array.isArray(value)) return [];
    if (isTree(value)) return isFlags(value) ? [`\${${key}}`] : [];
    const isBare = typeof value !== 'string' || isPlain(value) || SHELL_VALUES.includes(value);
    return isBare ? [`\${${key}}`] : [`"\${${key}}"`];
  });
}

/** Whether the stage's command holds one of `SHELL_VALUES` outside of quotes. */
export function pastesShellValue(world: World, stage: StageSpec): boolean {
  const tree = templateValues(world, stage);
  return stage.pasted.some((key) => {
    const value = valueAt(tree, key);
    return typeof value === 'string' && SHELL_VALUES.includes(value);
  });
}

function templateValues({ params, vars }: World, { folder }: StageSpec): Tree {
  const tree = params[posix.join(folder, 'params.yaml')] ?? {};
  return folder === '' ? { ...tree, own: { word: vars.own }, more: { word: vars.more } } : tree;
}

/** Whether the shell has no other use for what stands in a text. */
function isPlain(text: string): boolean {
  return /^[^\s#'](?:[^#']*[^\s#'])?$/.test(text);
}

/** Whether both tools make the same flags of a mapping: no lists in it. */
function isFlags(tree: Tree): boolean {
  return Object.values(tree).every((value) => (isTree(value) ? isFlags(value) : !Array.isArray(value)));
}

function quote(path: string): string {
  return /^[\w./${}@-]+$/.test(path) ? path : `'${path}'`;
}
