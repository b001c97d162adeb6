import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, ProjectPath, Stage } from '../model.ts';
import { itemsByPath } from './compare-stage.ts';
import type { DvcEntry, DvcItem } from './dvc-lock.ts';
import { contentOfRows, type Found } from './finder.ts';
import type { ImportContext } from './import-context.ts';
import { linksInto } from './links.ts';
import { placeFromCache } from './place.ts';

/** Outs that are not in the workspace, or not yet its own, are taken from the cache, for this stage and those below. */
export async function takeMissingOuts(context: ImportContext, stage: Stage, entry: DvcEntry): Promise<void> {
  const { session, finder, contents, cache, claim } = context;
  const noted = itemsByPath(entry.outs, stage, session.root);
  for (const { path } of stage.outs) {
    const item = noted.get(path);
    if (item?.content === undefined) continue;
    const absolute = join(session.root, path);
    // On a dry run, links are not replaced by copies.
    const isThere = lstatSync(absolute, { throwIfNoEntry: false }) !== undefined;
    if (isThere && !(claim === undefined && linksInto(cache, absolute).length > 0)) continue;
    const rows = await contents.fromCache(item.content, { isStoring: true, executable: item.executable });
    if (rows !== undefined) finder.addVirtual(path, rows, item.content.isFolder);
  }
}

/** A frozen stage has no entry that could restore its outs when its inputs have changed: they are put in place now. */
export async function placeOuts(
  { session, contents, claim }: ImportContext,
  stage: Stage,
  entry: DvcEntry,
): Promise<void> {
  for (const [path, item] of itemsByPath(entry.outs, stage, session.root)) {
    const isDeclared = stage.outs.some((out) => out.path === path);
    const { content } = item;
    if (claim === undefined || content === undefined || !isDeclared) continue;
    if (lstatSync(join(session.root, path), { throwIfNoEntry: false }) === undefined)
      await placeFromCache({ session, contents, claim }, { path, item: { ...item, content } });
  }
}

interface FoundOuts {
  /** The outs that DVC noted, wherever they were found. */
  readonly found: readonly Found[];
  readonly missing: readonly ProjectPath[];
  /** How the workspace differs from them. */
  readonly changes: readonly Change[];
}

/** Where a stage's outs are that DVC noted: in the workspace as they were, or else in the cache. */
export async function findOuts(
  { finder, contents }: ImportContext,
  stage: Stage,
  noted: ReadonlyMap<ProjectPath, DvcItem>,
): Promise<FoundOuts> {
  const found: Found[] = [];
  const missing: ProjectPath[] = [];
  const changes: Change[] = [];
  for (const { path: name } of stage.outs) {
    const item = noted.get(name);
    const now = await finder.find(name, true);
    if (item?.content === undefined) changes.push({ kind: 'out', name, change: 'new' });
    else if (now === undefined) missing.push(name);
    else if (await finder.isSame(now, item.content)) found.push(now);
    else {
      changes.push({ kind: 'out', name, change: 'modified' });
      const { isFolder } = item.content;
      const rows = await contents.fromCache(item.content, { isStoring: true, executable: item.executable });
      if (rows !== undefined)
        found.push({ content: contentOfRows(name, rows, isFolder), rows, measured: undefined });
    }
  }
  return { found, missing, changes };
}
