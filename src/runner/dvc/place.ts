import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf, makeFolder } from '../../kit/index.ts';
import { readSmallFile, SMALL_FILE_BYTES } from '../hash/read.ts';
import type { ProjectPath } from '../model.ts';
import { moveInto, removeTree } from '../run/aside.ts';
import type { Claim } from '../run/claim.ts';
import { scratchFolder } from '../run/journal.ts';
import type { Session } from '../run/session.ts';
import { writablePath } from '../store/safe-path.ts';
import type { Contents, FileRow } from './contents.ts';
import type { DvcItem } from './dvc-lock.ts';
import { manifestOfRows } from './finder.ts';
import { type Hashes, hashBytes, hashLargeFile, type Md5Reference, md5For } from './md5.ts';

/** What the journal calls an import; no stage has a name with a blank. */
export const IMPORT_CLAIM = 'import from DVC';

interface Placing {
  readonly session: Session;
  readonly contents: Contents;
  /** Of the whole import, so that what it leaves when it is killed is cleaned up. */
  readonly claim: Claim;
}

/**
 * Puts a content of DVC's cache into the workspace, where nothing is: built and verified in a scratch folder, then
 * moved into place. Returns false when an object is missing or damaged; then nothing was changed.
 * Throws BAD_PATH, NO_SPACE, STORE_UNWRITABLE.
 */
export async function placeFromCache(
  { session, contents, claim }: Placing,
  { path, item }: { readonly path: ProjectPath; readonly item: DvcItem & { readonly content: Md5Reference } },
): Promise<boolean> {
  const { root, state } = session;
  const target = writablePath(root, path);
  const scratch = randomBytes(8).toString('hex');
  const folder = scratchFolder(state, scratch);
  try {
    claim.note({
      stage: IMPORT_CLAIM,
      phase: 'begun',
      fingerprint: digestOf(path),
      asides: [],
      checkpoints: [],
      scratch,
      stageFile: null,
      leader: null,
    });
    const built = join(folder, 'data');
    const rows = await build(contents, item, built);
    if (rows === undefined) return false;
    if (item.content.isFolder) session.hasher.adopt(path, built, manifestOfRows(rows));
    moveInto(built, target);
    return true;
  } finally {
    removeTree(folder);
  }
}

async function build(
  contents: Contents,
  { content, executable }: DvcItem & { readonly content: Md5Reference },
  target: string,
): Promise<readonly FileRow[] | undefined> {
  makeFolder(dirname(target));
  if (!content.isFolder) {
    const hashes = await writeFile(contents, content, { target, executable });
    return hashes === undefined ? undefined : [{ path: '', hashes, executable }];
  }
  const files = contents.cache.listing(content);
  if (files === undefined) return undefined;
  mkdirSync(target);
  const made = new Set<string>();
  const rows: FileRow[] = [];
  for (const { path, md5 } of files) {
    const file = join(target, path);
    if (!made.has(dirname(file))) makeFolder(dirname(file));
    made.add(dirname(file));
    const reference = { md5, isFolder: false, legacy: content.legacy };
    const hashes = await writeFile(contents, reference, { target: file, executable: false });
    if (hashes !== undefined) rows.push({ path, hashes, executable: false });
  }
  return rows.length === files.length ? rows : undefined;
}

async function writeFile(
  contents: Contents,
  reference: Md5Reference,
  { target, executable }: { readonly target: string; readonly executable: boolean },
): Promise<Hashes | undefined> {
  const object = contents.cache.locate(reference);
  if (object === undefined) return undefined;
  const { size } = statSync(object);
  const read = size <= SMALL_FILE_BYTES ? readSmallFile(object, size) : undefined;
  const mode = executable ? 0o777 : 0o666;
  let hashes: Hashes;
  if (read === undefined) {
    copyFileSync(object, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(target, mode & ~process.umask());
    hashes = await hashLargeFile(target, (bytes) => contents.onRead(bytes, false));
  } else {
    hashes = hashBytes(read.bytes, read.digest);
    writeSmall(target, read.bytes, mode);
  }
  contents.onRead(read === undefined ? 0 : size, true);
  if (md5For(hashes, reference) !== reference.md5) return contents.cache.complainOfContent(object);
  return contents.known.note(hashes);
}

function writeSmall(target: string, bytes: Uint8Array, mode: number): void {
  const fd = openSync(target, 'wx', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
}
