import type { Both } from './copies.ts';

/** One thing in which the tools differ. */
export interface Difference {
  readonly on: 'status' | 'outcome' | 'content' | 'exit' | 'ignored' | 'metrics' | 'params';
  /** A stage, a path, a key. */
  readonly what: string;
  readonly ours: string;
  readonly dvc: string;
}

type Lists = Readonly<Record<string, readonly string[]>>;

/** For each stage the lines of the status that only one tool has. */
export function compareStatus({ ours, dvc }: Both<Lists>): readonly Difference[] {
  return union(Object.keys(ours), Object.keys(dvc)).flatMap((what): readonly Difference[] => {
    const [our = [], their = []] = [ours[what], dvc[what]];
    // DVC has no word for it: it lists all deps and outs.
    if (our.includes('never-run') && their.length > 0) return [];
    const only = our.filter((line) => !their.some((other) => isSame(line, other)));
    const theirs = their.filter((line) => !our.some((other) => isSame(other, line)));
    return [
      ...only.map((line) => ({ on: 'status', what, ours: line, dvc: '-' }) as const),
      ...theirs.map((line) => ({ on: 'status', what, ours: '-', dvc: line }) as const),
    ];
  });
}

/** What was declared newly is new to Ferment; to DVC it is modified or deleted, by what is on the disk. */
function isSame(our: string, their: string): boolean {
  // Of a parameter file that the lock does not name, DVC tells no keys.
  if (our.startsWith('param ') && their.startsWith('dep ') && their.endsWith(' new'))
    return our.startsWith(`param ${their.slice(4, -4)}:`);
  // A key below the declared one, which is new as a whole.
  if (our.startsWith('param ') && our.endsWith(' modified') && their.endsWith(' new'))
    return our.slice(0, -9) === their.slice(0, -4);
  return (
    our === their || (our.endsWith(' new') && our.slice(0, -4) === their.slice(0, their.lastIndexOf(' ')))
  );
}

/** The entries in which two tables differ; `-` where there is none. */
export function compareTables(
  on: Difference['on'],
  { ours, dvc }: Both<ReadonlyMap<string, string>>,
): readonly Difference[] {
  return union([...ours.keys()], [...dvc.keys()]).flatMap((what): readonly Difference[] => {
    const [our, their] = [ours.get(what) ?? '-', dvc.get(what) ?? '-'];
    return our === their ? [] : [{ on, what, ours: our, dvc: their }];
  });
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort();
}
