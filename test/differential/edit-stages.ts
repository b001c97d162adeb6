import type { Apply, Edit } from './edits.ts';
import { distinctParams, PARAM_KEYS, readable } from './generate-parts.ts';
import type { OutSpec, StageSpec, World } from './world.ts';

type Change = (stage: StageSpec, edit: Edit, world: World) => StageSpec | undefined;

/** Edits of pipeline files. */
export const stageEdits: Readonly<Record<string, Apply>> = {
  'change a command': onStage((stage, { b }) => ({ ...stage, salt: stage.salt + 1 + (b % 2) })),
  'write a command in another form': onStage((stage, { b }) => ({
    ...stage,
    form: (['line', 'lines', 'list'] as const)[b % 3] ?? 'line',
  })),
  'add a dep': onStage((stage, { b }, world) => {
    const before = world.stages.slice(0, world.stages.indexOf(stage));
    const choices = readable({ ...world, stages: before });
    const dep = choices[b % choices.length];
    return dep === undefined || stage.deps.includes(dep)
      ? undefined
      : { ...stage, deps: [...stage.deps, dep] };
  }),
  'remove a dep': onStage((stage, { b }) =>
    stage.deps.length === 0 ? undefined : { ...stage, deps: without(stage.deps, b) },
  ),
  'declare a param': onStage((stage, { b }, world) => {
    const files = Object.keys(world.params);
    const ref = { file: files[(b >> 3) % files.length] ?? '', key: PARAM_KEYS[b % PARAM_KEYS.length] };
    return { ...stage, params: distinctParams([...stage.params, ref]) };
  }),
  'undeclare a param': onStage((stage, { b }) =>
    stage.params.length === 0 ? undefined : { ...stage, params: without(stage.params, b) },
  ),
  'add an out': onStage((stage, { b }) => ({ ...stage, outs: [...stage.outs, newOut(stage, b)] })),
  'remove an out': onStage((stage, { b }, world) => {
    const outs = without(stage.outs, b);
    const gone = stage.outs
      .filter((out) => !outs.includes(out))
      .map(({ path }) => path.split('{}')[0] ?? path);
    const isRead = world.stages.some(({ deps }) =>
      deps.some((dep) => gone.some((path) => dep.startsWith(path))),
    );
    return isRead || gone.length === 0 ? undefined : { ...stage, outs };
  }),
  'change the cache of an out': onOut((out) => ({ ...out, cache: !out.cache })),
  'change the persistence of an out': onOut((out) => ({ ...out, persist: !out.persist })),
  'freeze or thaw': onStage((stage) => ({ ...stage, frozen: !stage.frozen })),
  'always or not': onStage((stage) => ({ ...stage, always: !stage.always })),
  'add or remove a member': onStage((stage, { b }) => {
    const { group } = stage;
    if (group === undefined) return undefined;
    const word = ['red', 'blue', 'x1', 'big', 'small'][b % 5] ?? '';
    const items = group.items.includes(word)
      ? group.items.filter((item) => item !== word)
      : [...group.items, word];
    return items.length === 0 ? undefined : { ...stage, group: { ...group, items } };
  }),
  'remove a stage': (world, { a }) => {
    const stage = world.stages[a % world.stages.length];
    if (stage === undefined || world.stages.length === 1) return undefined;
    const stages = world.stages.filter((one) => one !== stage);
    return { world: { ...world, stages }, disk: [], said: `remove stage ${stage.name}` };
  },
  'rename a stage': onStage((stage, { b }) => ({ ...stage, name: `${stage.name.split('-')[0]}-${b % 3}` })),
};

function onStage(change: Change): Apply {
  return (world, edit) => {
    const stage = world.stages[edit.a % world.stages.length];
    const changed = stage === undefined ? undefined : change(stage, edit, world);
    if (stage === undefined || changed === undefined) return undefined;
    const stages = world.stages.map((one) => (one === stage ? changed : one));
    return { world: { ...world, stages }, disk: [], said: `${edit.kind}: ${stage.name}` };
  };
}

function onOut(change: (out: OutSpec) => OutSpec): Apply {
  return onStage((stage, { b }) => {
    const index = stage.outs.length === 0 ? -1 : b % stage.outs.length;
    if (index < 0) return undefined;
    return { ...stage, outs: stage.outs.map((out, at) => (at === index ? change(out) : out)) };
  });
}

function newOut(stage: StageSpec, pick: number): OutSpec {
  const path = `out/${stage.name}-new${pick % 3}${stage.group === undefined ? '' : '-{}'}`;
  return { path, form: pick % 2 === 0 ? 'file' : 'folder', cache: true, persist: false };
}

function without<Item>(items: readonly Item[], pick: number): readonly Item[] {
  return items.filter((_, index) => index !== pick % items.length);
}
