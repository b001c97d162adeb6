/**
 * The state of a generated project as plain data: everything that a person would have written by hand. Edits make
 * another world of it; `render.ts` makes files of it.
 */
export interface World {
  /** Project path to file. */
  readonly sources: Readonly<Record<string, Source>>;
  /** Parameter file to values. */
  readonly params: Readonly<Record<string, Tree>>;
  readonly stages: readonly StageSpec[];
  /** What the project's dvc.yaml has under `vars`; the texts are also those of `conf/vars.yaml`. */
  readonly vars: VarsSpec;
  /** Lines of .dvcignore. */
  readonly ignored: readonly string[];
  /** Whether DVC does the first run, for both, and Ferment imports it. */
  readonly imported: boolean;
}

export interface VarsSpec {
  /** A value in the file itself, as `${own.word}`. */
  readonly own: Value;
  /** A value of a file of vars, as `${more.word}`. */
  readonly more: Value;
}

export interface Source {
  readonly text: string;
  readonly executable: boolean;
}

export interface Tree {
  readonly [key: string]: Value;
}

/** A number keeps its spelling: `1` and `1.0` are two. */
export type Value = string | boolean | null | { readonly number: string } | readonly Value[] | Tree;

export interface StageSpec {
  readonly name: string;
  /** The folder of its dvc.yaml; `''` is the project's. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly wdir: string | undefined;
  readonly group: Group | undefined;
  /** Project paths. */
  readonly deps: readonly string[];
  readonly params: readonly ParamRef[];
  readonly outs: readonly OutSpec[];
  /** A number in the command: another one is another command. */
  readonly salt: number;
  readonly form: 'line' | 'lines' | 'list';
  /** Keys of the folder's params.yaml, and of vars, that the command holds as `${key}`. */
  readonly pasted: readonly string[];
  readonly frozen: boolean;
  readonly always: boolean;
}

/** Several stages of one text; `{}` in the paths of its outs stands for the member. */
export type Group =
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly inParams: boolean }
  | { readonly kind: 'map'; readonly items: readonly string[]; readonly inParams: boolean }
  | { readonly kind: 'matrix'; readonly items: readonly string[]; readonly numbers: readonly number[] };

export interface ParamRef {
  readonly file: string;
  /** Dotted; undefined is the whole file. */
  readonly key: string | undefined;
}

export interface OutSpec {
  /** Project path. */
  readonly path: string;
  readonly form: 'file' | 'folder' | 'metrics' | 'plots';
  readonly cache: boolean;
  readonly persist: boolean;
}

/** The members of a stage's group by the text that stands for `{}`; one empty text where there is no group. */
export function membersOf({ group }: StageSpec): readonly string[] {
  if (group === undefined) return [''];
  if (group.kind !== 'matrix') return group.items;
  return group.items.flatMap((item) => group.numbers.map((number) => `${item}-${number}`));
}

/** The names under which both tools know the members, as Ferment writes them. */
export function namesOf(stage: StageSpec): readonly string[] {
  const prefix = stage.folder === '' ? '' : `${stage.folder}:`;
  return membersOf(stage).map((member) => `${prefix}${stage.name}${member === '' ? '' : `@${member}`}`);
}

/** All outs of all members: project path to the stage's name and the out. */
export function outsOf(world: World): ReadonlyMap<string, { readonly name: string; readonly out: OutSpec }> {
  const all = new Map<string, { readonly name: string; readonly out: OutSpec }>();
  for (const stage of world.stages) {
    const names = namesOf(stage);
    for (const [index, member] of membersOf(stage).entries())
      for (const out of stage.outs)
        all.set(out.path.replaceAll('{}', member), { name: names[index] ?? '', out });
  }
  return all;
}

/** The stage that a name of Ferment's belongs to. */
export function stageNamed(world: World, name: string): StageSpec | undefined {
  return world.stages.find((stage) => namesOf(stage).includes(name));
}

/** The value at a dotted key, or undefined. */
export function valueAt(tree: Tree, key: string): Value | undefined {
  let value: Value | undefined = tree;
  for (const part of key.split('.')) {
    const inside: Tree = isTree(value) ? value : {};
    value = inside[part];
  }
  return value;
}

export function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value);
}

export function isNumber(value: Value | undefined): value is { readonly number: string } {
  return (
    typeof value === 'object' && value !== null && 'number' in value && typeof value['number'] === 'string'
  );
}
