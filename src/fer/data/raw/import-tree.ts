import { basename } from 'node:path';
import { compareBytes, plural } from '../../../kit/index.ts';
import { readImageHeader } from '../../images/index.ts';
import type { DataReporting } from '../progress.ts';
import { type FileTree, hasCsvName, isSystemFile, type TreeFile } from '../tree/index.ts';
import { type BadImage, refuseBadImages } from './bad-images.ts';
import { importCsv } from './import-csv.ts';
import { findFolderLayout, noLayout, type PlacedImage } from './layout.ts';
import { nameFolders, requireEveryClass } from './listing.ts';
import type { RawWriter } from './writer.ts';

/** What was found in a source, beside the images themselves. */
export interface ImportReport {
  readonly layout: 'folders' | 'csv';
  /** Files that were left alone, by reason. */
  readonly ignored: Readonly<Record<string, number>>;
}

const KNOWN_CSV = ['fer2013.csv', 'icml_face_data.csv'];

/**
 * Copies a data set out of a folder or archive, image bytes unchanged: class folders where there are any, else the
 * first known CSV. Throws DATA_LAYOUT when there is neither or a class is missing, BAD_IMAGE with all files (at most
 * 20 by name) that are no JPEG or PNG.
 */
export async function importTree(
  tree: FileTree,
  writer: RawWriter,
  reporting: DataReporting,
): Promise<ImportReport> {
  const { images, ignored, otherFolders } = findFolderLayout(tree.files, tree.name);
  if (images.length === 0) {
    const csv = findCsv(tree.files);
    if (csv === undefined) throw noLayout(tree.name, tree.files);
    await importCsv(
      { stream: await csv.open(), name: csv.path, sizeBytes: csv.sizeBytes },
      writer,
      reporting,
    );
    return { layout: 'csv', ignored: { otherFiles: tree.files.length - 1 } };
  }
  requireEveryClass(images, tree.name, otherFolders);
  if (ignored.outsideLayout > 0)
    reporting.onWarning?.(
      `Left alone: ${plural(ignored.outsideLayout, 'image')} in folders that are none of a class: ${nameFolders(otherFolders)}.`,
    );
  refuseBadImages(await copyImages(images, writer, reporting), tree.name);
  return { layout: 'folders', ignored };
}

function findCsv(files: readonly TreeFile[]): TreeFile | undefined {
  const csvs = files.filter((file) => hasCsvName(file.path) && !isSystemFile(file.path));
  const known = KNOWN_CSV.map((name) => csvs.find((file) => basename(file.path).toLowerCase() === name));
  return known.find((file) => file !== undefined) ?? (csvs.length === 1 ? csvs[0] : undefined);
}

async function copyImages(
  images: readonly PlacedImage[],
  writer: RawWriter,
  { onProgress }: DataReporting,
): Promise<readonly BadImage[]> {
  const bad: BadImage[] = [];
  let done = 0;
  const inOrder = [...images].sort((a, b) => a.file.position - b.file.position);
  for (const { file, ...place } of inOrder) {
    const bytes = await file.read();
    if (readImageHeader(bytes) === undefined)
      bad.push({ path: file.path, reason: `a JPEG or PNG was expected. Received: ${describe(bytes)}` });
    else writer.write(place, bytes);
    if (++done % 256 === 0 || done === images.length)
      onProgress?.({ done, total: images.length, unit: 'image' });
  }
  return bad.sort((a, b) => compareBytes(a.path, b.path));
}

function describe(bytes: Buffer): string {
  if (bytes.length === 0) return 'an empty file';
  return `${bytes.length} bytes that begin ${JSON.stringify(bytes.toString('latin1', 0, 12))}`;
}
