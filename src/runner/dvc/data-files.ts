import { lstatSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { compareBytes, isFermentError, messageOf } from '../../kit/index.ts';
import { projectPath, reasonAgainstOut } from '../load/paths.ts';
import { readText } from '../load/read-text.ts';
import { parseYaml } from '../load/source-file.ts';
import { projectFolders } from '../load/sub-pipelines.ts';
import type { ProjectPath } from '../model.ts';
import { isObject } from '../schema/json-schema.ts';
import { type DvcItem, parseItems } from './dvc-lock.ts';
import type { ImportContext } from './import-context.ts';
import { linksInto } from './links.ts';
import { placeFromCache } from './place.ts';
import type { DataReport } from './report.ts';

/** Data that a `.dvc` file names. */
interface Tracked {
  readonly file: ProjectPath;
  readonly path: ProjectPath;
  readonly item: DvcItem;
}

/**
 * Looks at what `dvc add` tracks: data that is missing from the workspace is put there from DVC's cache, so that the
 * stages that read it can be looked at. Throws NO_SPACE, STORE_UNWRITABLE.
 */
export async function importData(context: ImportContext): Promise<readonly DataReport[]> {
  const reports: DataReport[] = [];
  for (const tracked of findTracked(context)) {
    const { file, path } = tracked;
    try {
      reports.push({ file, path, ...(await importTracked(context, tracked)) });
    } catch (error) {
      if (!isFermentError(error) || error.exit === 4) throw error;
      reports.push({ file, path, state: 'refused', problem: messageOf(error) });
    }
  }
  return reports;
}

async function importTracked(
  context: ImportContext,
  { path, item }: Tracked,
): Promise<Pick<DataReport, 'state' | 'problem'>> {
  const { session, finder, contents, cache, claim } = context;
  const reason = reasonAgainstOut(path);
  if (reason !== undefined) return { state: 'refused', problem: `${path} cannot be used: ${reason}.` };
  const absolute = join(session.root, path);
  if (lstatSync(absolute, { throwIfNoEntry: false }) !== undefined) {
    const isLinked = !cache.startsWith(`${session.root}/`) && linksInto(cache, absolute).length > 0;
    return { state: isLinked ? 'linked' : 'present' };
  }
  const { content } = item;
  if (content === undefined) return { state: 'not-in-cache' };
  if (claim !== undefined) {
    const placing = { session, contents, claim };
    const isPlaced = await placeFromCache(placing, { path, item: { ...item, content } });
    return { state: isPlaced ? 'checked-out' : 'not-in-cache' };
  }
  const rows = await contents.fromCache(content, { isStoring: false, executable: item.executable });
  if (rows === undefined) return { state: 'not-in-cache' };
  finder.addVirtual(path, rows, content.isFolder);
  return { state: 'checked-out' };
}

/** All `.dvc` files of the project, sorted, each with what it tracks. Files that are no such files are passed over. */
function findTracked({ session }: ImportContext): readonly Tracked[] {
  const { root, project } = session;
  const outs = new Set(project.stages.flatMap((stage) => stage.outs.map(({ path }) => path)));
  const folders = [
    { folder: '', entries: readdirSync(root, { withFileTypes: true }) },
    ...projectFolders(root, outs),
  ];
  const files = folders.flatMap(({ folder, entries }) =>
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.dvc'))
      .map(({ name }) => posix.join(folder, name)),
  );
  return files.sort(compareBytes).flatMap((file) => readTracked(root, file));
}

function readTracked(root: string, file: ProjectPath): readonly Tracked[] {
  const read = readText(join(root, file));
  if (read.kind !== 'text') return [];
  const { data } = parseYaml(read.text);
  if (!isObject(data)) return [];
  const wdir = typeof data['wdir'] === 'string' ? data['wdir'] : '.';
  const folder = posix.join(posix.dirname(file), wdir);
  return (parseItems(data['outs']) ?? []).map((item) => ({
    file,
    path: projectPath(folder, item.path, root),
    item,
  }));
}
