import { isNumber, type OutSpec, type StageSpec, type Value, valueAt, type World } from './world.ts';

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
  return `find ${dep} -type f | LC_ALL=C sort | while IFS= read -r f; do echo "$f"; cat "$f"; done`;
}

function wholeFiles({ params }: StageSpec): readonly string[] {
  return params.filter(({ key }) => key === undefined).map(({ file }) => file);
}

/** The templates of those keys that are values which the shell takes as one word in both tools. */
function pasted({ params }: World, stage: StageSpec): readonly string[] {
  const tree = params['params.yaml'] ?? {};
  return stage.pasted.filter((key) => isWord(valueAt(tree, key))).map((key) => `\${${key}}`);
}

function isWord(value: Value | undefined): boolean {
  if (isNumber(value)) return /^-?\d+(\.\d*[1-9])?$/.test(value.number);
  return typeof value === 'boolean' || (typeof value === 'string' && /^[a-z]+$/.test(value));
}

function quote(path: string): string {
  return /^[\w./${}@-]+$/.test(path) ? path : `'${path}'`;
}
