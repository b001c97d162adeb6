import fc from 'fast-check';
import type { Command } from './commands.ts';
import { IGNORE_LINES } from './edit-ignored.ts';
import { EDIT_KINDS, type Edit } from './edits.ts';
import { distinctParams, PARAM_KEYS, readable } from './generate-parts.ts';
import { SHELL_VALUES } from './shell-values.ts';
import type { Group, OutSpec, ParamRef, Source, StageSpec, Tree, Value, World } from './world.ts';

/** One step: some edits, then a command in both tools. */
export interface Step {
  readonly edits: readonly Edit[];
  readonly command: Command;
}

/** A parameter's value of any type that a parameter file can hold; numbers in several spellings. */
export const values: fc.Arbitrary<Value> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('1', '2', '10', '-3', '0.25', '1.5').map((number) => ({ number })),
  },
  { weight: 1, arbitrary: fc.constantFrom('1.0', '0', '1e-05', '1e3', '0.1').map((number) => ({ number })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('red', 'blue', 'a b', '', 'yes', '1', 'ünï', '#x', 'a: b', "it's"),
  },
  { weight: 1, arbitrary: fc.constantFrom(...SHELL_VALUES) },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom<Value>([], [{ number: '1' }, 'two'], [{ x: { number: '1' } }]) },
);

const trees: fc.Arbitrary<Tree> = fc.record({
  alpha: values,
  beta: values,
  nest: fc.record({ gamma: values, deeper: fc.record({ delta: values }) }),
});

const PARAM_FILES = [
  'params.yaml',
  'conf/other.yaml',
  'conf/settings.json',
  'conf/more.toml',
  'conf/values.py',
  'sub/params.yaml',
  'work/params.yaml',
];

const outSeeds = fc.record({
  form: fc.constantFrom<OutSpec['form']>('file', 'file', 'file', 'folder', 'folder', 'metrics', 'plots'),
  cache: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  persist: fc.integer({ min: 0, max: 11 }).map((n) => n === 11),
});

const groups: fc.Arbitrary<Group | undefined> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom<'list' | 'map'>('list', 'map'),
      items: fc.uniqueArray(fc.constantFrom('red', 'blue', 'x1'), { minLength: 1, maxLength: 3 }),
      inParams: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('matrix' as const),
      items: fc.uniqueArray(fc.constantFrom('big', 'small'), { minLength: 1, maxLength: 2 }),
      numbers: fc.uniqueArray(fc.constantFrom(1, 2), { minLength: 1, maxLength: 2 }),
    }),
  },
);

const stageSeeds = fc.record({
  deps: fc.array(fc.nat(99), { maxLength: 3 }),
  params: fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { maxLength: 2 }),
  outs: fc.array(outSeeds, { minLength: 0, maxLength: 2 }),
  group: groups,
  place: fc.nat(11),
  form: fc.constantFrom<StageSpec['form']>('line', 'lines', 'list'),
  pasted: fc.subarray(['alpha', 'beta', 'nest.gamma', 'nest', 'own.word', 'more.word']),
  always: fc.nat(24).map((n) => n === 24),
});

type StageSeed = typeof stageSeeds extends fc.Arbitrary<infer Seed> ? Seed : never;

const worlds: fc.Arbitrary<World> = fc
  .record({
    stages: fc.array(stageSeeds, { minLength: 1, maxLength: 7 }),
    imported: fc.nat(4).map((n) => n === 4),
    vars: fc.record({ own: values, more: values }),
    ignored: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray([...IGNORE_LINES]) },
    ),
    params: fc.tuple(...PARAM_FILES.map(() => trees)),
  })
  .map(({ params, stages, vars, ignored, imported }) => {
    const empty: World = {
      sources: SOURCES,
      params: Object.fromEntries(PARAM_FILES.map((file, index) => [file, params[index] ?? {}])),
      stages: [],
      vars,
      ignored,
      imported,
    };
    return stages.reduce((world, seed, index) => addStage(world, `s${index}`, seed), empty);
  });

const SOURCES: Readonly<Record<string, Source>> = {
  'data/a.txt': { text: 'a\n', executable: false },
  'data/b.txt': { text: 'b\n', executable: false },
  'raw/one': { text: 'one', executable: false },
  'raw/empty': { text: '', executable: false },
  'raw/deep/ünï ☃.txt': { text: 'snow\r\n', executable: false },
  'raw/notes.log': { text: 'noted\n', executable: false },
  'raw/tool.sh': { text: '#!/bin/sh\n', executable: true },
  'work/keep': { text: '', executable: false },
  'sub/keep': { text: '', executable: false },
};

/** The world with one more stage at its end. */
function addStage(world: World, name: string, seed: StageSeed): World {
  const choices = readable(world);
  const folder = seed.place === 11 ? 'sub' : '';
  const stage: StageSpec = {
    name,
    folder,
    wdir: seed.place === 10 ? 'work' : undefined,
    group: seed.group,
    deps: [...new Set(seed.deps.flatMap((pick) => choices[pick % choices.length] ?? []))],
    params: paramsOf(seed.params),
    outs: seed.outs.map((out, index) => ({
      ...out,
      path: `out/${name}${index}${seed.group === undefined ? '' : '-{}'}${EXTENSIONS[out.form]}`,
    })),
    salt: 0,
    form: seed.form,
    pasted: seed.pasted,
    frozen: false,
    always: seed.always,
  };
  return { ...world, stages: [...world.stages, stage] };
}

const EXTENSIONS = { file: '.txt', folder: '', metrics: '.json', plots: '.csv' };

function paramsOf(picks: readonly (readonly [number, number])[]): readonly ParamRef[] {
  const refs = picks.map(([file, key]) => ({
    file: PARAM_FILES[file < 50 ? 0 : file % PARAM_FILES.length] ?? '',
    key: PARAM_KEYS[key % PARAM_KEYS.length],
  }));
  return distinctParams(refs);
}

const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...EDIT_KINDS),
  a: fc.nat(99),
  b: fc.nat(99),
  value: values,
});

const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'repro', flags: [] } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'repro', flags: ['-k'] } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'repro', flags: ['-f'] } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('repro' as const),
      flags: fc.constantFrom<readonly string[]>([], ['-s'], ['--downstream'], ['-p'], ['-f'], ['-s', '-f']),
      target: fc.nat(99),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'checkout', flags: [] } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'checkout', flags: ['-f'] } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'commit' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'git-commit' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'values' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'nothing' } as const) },
);

const stepLists: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ edits: fc.array(edits, { minLength: 0, maxLength: 3 }), command: commands }),
  { minLength: 3, maxLength: 10 },
);

export interface GeneratedProject {
  readonly steps: readonly Step[];
  readonly world: World;
}

/** Steps and stages come first, because they are also what is made smaller first after a difference. */
export const projects: fc.Arbitrary<GeneratedProject> = fc.record({
  steps: fc.noBias(stepLists),
  world: fc.noBias(worlds),
});
