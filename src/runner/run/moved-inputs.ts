import { resolve } from 'node:path';
import { canonicalJson, isFermentError } from '../../kit/index.ts';
import { rowFinder } from '../hash/hash-rows.ts';
import { isSingleFile, type Measured, rowComparer } from '../hash/measured.ts';
import { hashFile } from '../hash/read.ts';
import { STAT_WORDS, sameNames, sameTree, type Tree } from '../hash/tree.ts';
import type { Params } from '../load/index.ts';
import type { Dep, ProjectPath, Stage } from '../model.ts';
import { stageParams } from '../plan/index.ts';
import { expandDep } from './find-deps.ts';
import type { Gathered } from './gather-inputs.ts';
import type { Session } from './session.ts';

/**
 * The first input file that is not as it was when the stage was fingerprinted, or undefined. A file with a new size,
 * time or place has moved, even if its bytes are the same again: nobody knows what the command read. One whose
 * metadata alone are newer (a chmod, a hard link), or that was so new then that an edit may not show, is hashed to tell.
 */
export async function findMovedInput(
  session: Session,
  stage: Stage,
  gathered: Gathered,
): Promise<ProjectPath | undefined> {
  for (const [path, measured] of gathered.measured) {
    const moved = await movedOrUnreadable(session, path, measured);
    if (moved !== undefined) return moved;
  }
  const before = new Set(gathered.deps.flatMap(({ paths }) => paths));
  for (const dep of stage.deps) {
    const added = await addedTo(session, stage, dep, before);
    if (added !== undefined) return added;
  }
  return movedParams(session, stage, gathered);
}

/** What a glob finds beside what it found before; the glob itself where it cannot be looked at any more. */
async function addedTo(
  session: Session,
  stage: Stage,
  dep: Dep,
  before: ReadonlySet<ProjectPath>,
): Promise<ProjectPath | undefined> {
  try {
    return (await expandDep(session, stage, dep)).paths.find((path) => !before.has(path));
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return dep.path;
  }
}

/**
 * The parameter file whose declared values are others by now. A module stage was given its values; a command reads
 * the file itself, and nobody knows when.
 */
function movedParams(session: Session, stage: Stage, { inputs }: Gathered): ProjectPath | undefined {
  if (stage.command.kind === 'module' || stage.params.length === 0) return undefined;
  const { params } = session.project;
  const now: Params = { ...params, read: (file) => params.readNow(file) };
  return stage.params.find((dep) => {
    try {
      const values = stageParams(now, { ...stage, params: [dep] })[dep.file];
      return canonicalJson(values ?? null) !== canonicalJson(inputs.params[dep.file] ?? null);
    } catch (error) {
      if (!isFermentError(error)) throw error;
      // Half written, or the key is gone.
      return true;
    }
  })?.file;
}

/** What cannot be looked at any more (a link that leads away now, a pipe) is not what it was. */
async function movedOrUnreadable(
  session: Session,
  path: ProjectPath,
  measured: Measured,
): Promise<ProjectPath | undefined> {
  try {
    return await movedIn(session, path, measured);
  } catch (error) {
    if (!isFermentError(error)) throw error;
    return path;
  }
}

async function movedIn(
  session: Session,
  path: ProjectPath,
  measured: Measured,
): Promise<ProjectPath | undefined> {
  const now = session.hasher.look(path);
  if (now === undefined) return path;
  if (sameTree(measured.settled, now)) return undefined;
  if (isSingleFile(now) !== isSingleFile(measured.tree)) return path;
  const under = (name: string): ProjectPath => (name === '' ? path : `${path}/${name}`);
  const rowOf = rowFinder(measured.tree, now);
  const isUntouched = rowComparer(measured.settled, now);
  for (let row = 0; row < now.count; row++) {
    const old = rowOf(row);
    if (old !== undefined && isUntouched(old, row)) continue;
    const path = under(now.names[row] ?? '');
    const isSame =
      old !== undefined &&
      sameWords(measured.tree, old, now, row) &&
      (await sameContent(session, measured, { old, now, row, path }));
    if (!isSame) return path;
  }
  const gone = firstGone(measured.tree, now);
  return gone === undefined ? undefined : under(gone);
}

function firstGone(before: Tree, now: Tree): string | undefined {
  if (sameNames(before, now)) return undefined;
  const left = new Set(now.names);
  return before.names.find((name) => !left.has(name));
}

/** Everything but the time of the last change of metadata. */
function sameWords(a: Tree, rowA: number, b: Tree, rowB: number): boolean {
  return [0, 1, 2, 3, 5].every(
    (word) => a.stats[rowA * STAT_WORDS + word] === b.stats[rowB * STAT_WORDS + word],
  );
}

async function sameContent(
  session: Session,
  measured: Measured,
  {
    old,
    now,
    row,
    path,
  }: { readonly old: number; readonly now: Tree; readonly row: number; readonly path: string },
): Promise<boolean> {
  const ctime = (tree: Tree, at: number): number | undefined => tree.stats[at * STAT_WORDS + 4];
  if (ctime(measured.settled, old) === ctime(now, row)) return true;
  const size = now.stats[row * STAT_WORDS + 2] ?? 0;
  return (await hashFile(resolve(session.root, path), size)) === measured.digests[old];
}
