import { ignoredEdits } from './edit-ignored.ts';
import { paramEdits, varEdits } from './edit-params.ts';
import { sourceEdits } from './edit-sources.ts';
import { stageEdits } from './edit-stages.ts';
import { outsOf, type Value, type World } from './world.ts';

/** An edit before it is known what it meets: the numbers pick among what is there. */
export interface Edit {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  readonly value: Value;
}

/** Something that is done by hand to a file of both copies. */
export type DiskEdit =
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'touch'; readonly path: string }
  | { readonly do: 'executable'; readonly path: string };

/** What an edit comes to. */
export interface Edited {
  readonly world: World;
  readonly disk: readonly DiskEdit[];
  /** In words. */
  readonly said: string;
}

export type Apply = (world: World, edit: Edit) => Edited | undefined;

const outEdits: Readonly<Record<string, Apply>> = {
  'delete an out': onOut((path) => [{ do: 'remove', path }]),
  'damage an out': onOut((path, folder) => [
    { do: 'write', path: folder ? `${path}/data.txt` : path, text: 'by hand\n' },
  ]),
  'touch an out': onOut((path, folder) => [{ do: 'touch', path: folder ? `${path}/data.txt` : path }]),
  'chmod an out': onOut((path, folder) => [{ do: 'executable', path: folder ? `${path}/data.txt` : path }]),
  'add a file to an out': onOut((path, folder) =>
    folder ? [{ do: 'write', path: `${path}/more.log`, text: 'more\n' }] : undefined,
  ),
};

const lockEdits: Readonly<Record<string, Apply>> = {
  'delete the lock': (world) => ({
    world,
    disk: [{ do: 'remove', path: LOCK }],
    said: 'delete the lock file',
  }),
};

/** Stands for dvc.lock and pipeline.lock. */
export const LOCK = '(lock)';

/** The name of the edit that goes back to an earlier world. */
export const REVERT = 'revert';

const EDITS: ReadonlyMap<string, Apply> = new Map(
  [sourceEdits, paramEdits, varEdits, stageEdits, outEdits, lockEdits, ignoredEdits].flatMap(Object.entries),
);

/** Names of all edits, those that matter most several times. */
export const EDIT_KINDS: readonly string[] = [
  ...EDITS.keys(),
  REVERT,
  REVERT,
  REVERT,
  'change a param',
  'change a source',
];

/** Undefined where the project has nothing that the edit could change. `past` are the worlds so far, the latest last. */
export function applyEdit(world: World, edit: Edit, past: readonly World[]): Edited | undefined {
  if (edit.kind !== REVERT) return EDITS.get(edit.kind)?.(world, edit);
  const back = 1 + (edit.a % 4);
  const earlier = past[past.length - 1 - back];
  return earlier === undefined ? undefined : { world: earlier, disk: [], said: `revert ${back} edits` };
}

function onOut(change: (path: string, folder: boolean) => readonly DiskEdit[] | undefined): Apply {
  return (world, { kind, a }) => {
    const outs = [...outsOf(world)];
    const [path, { out } = { out: undefined }] = outs[a % outs.length] ?? [];
    const disk = path === undefined ? undefined : change(path, out?.form === 'folder');
    return disk === undefined ? undefined : { world, disk, said: `${kind}: ${path}` };
  };
}
