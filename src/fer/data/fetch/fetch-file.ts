import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  digestOf,
  explainWriteError,
  FermentError,
  makeFolder,
  readTextIfAny,
  writeFileAtomic,
} from '../../../kit/index.ts';
import type { DataReporting } from '../progress.ts';
import { withoutLogin, withoutSecrets } from './address.ts';
import { digestFile } from './digest-file.ts';
import { downloadPart, type Patience } from './download-part.ts';
import { takeLock } from './lock.ts';

/** A file to fetch. */
export interface FetchOptions extends DataReporting {
  /** With user and password where the server asks for them. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the file must have, or null where its source publishes none. */
  readonly sha256: string | null;
  /** Where finished files and parts are kept. */
  readonly folder: string;
  /** Says what an HTTP status means for this source; undefined leaves it to the general sentence. */
  readonly explainStatus?: (status: number) => FermentError | undefined;
  readonly patience?: Partial<Patience>;
}

/**
 * Fetches a file over HTTP(S) and gives the path of the finished copy, which stays for the next time. An interrupted
 * download goes on where it stopped (Range with If-Range), also in a later run; attempts are repeated with growing
 * pauses; the digest is checked before the file gets its name. Of several processes that want one file at a time one
 * downloads, and the others wait for what it gets.
 * Throws DATA_NETWORK, DATA_CHECKSUM, DATA_CREDENTIALS (401, 403), DATA_MISSING (404, 410), NO_SPACE, STORE_UNWRITABLE.
 */
export async function fetchFile(options: FetchOptions): Promise<{ path: string; sha256: string }> {
  const asked = withoutLogin(options.url);
  const own = { ...options, ...asked, headers: { ...options.headers, ...asked.headers } };
  const path = join(options.folder, fileNameFor(own.url));
  try {
    makeFolder(options.folder);
  } catch (error) {
    throw explainWriteError(error, options.folder);
  }
  const known = await findFinished(path, own);
  if (known !== undefined) return { path, sha256: known };
  // Two at once would write into one part.
  const release = await takeLock(`${path}.lock`, (holder) =>
    options.onWarning?.(`The same file is being downloaded by ${holder}; waiting for it.`),
  );
  try {
    return { path, sha256: (await findFinished(path, own)) ?? (await download(path, own)) };
  } finally {
    release();
  }
}

async function download(path: string, options: FetchOptions): Promise<string> {
  rmSync(path, { force: true });
  await downloadPart(path, options);
  const sha256 = await digestFile(`${path}.part`);
  if (options.sha256 !== null && sha256 !== options.sha256) {
    rmSync(`${path}.part`, { force: true });
    throw new FermentError(
      'DATA_CHECKSUM',
      `${withoutSecrets(options.url)} must have the SHA-256 ${options.sha256}. Received: ${sha256}.`,
      { hint: 'The file has changed or the download was damaged. Run again, or check download.sha256.' },
    );
  }
  writeFileAtomic(`${path}.sha256`, `${sha256}\n`);
  renameSync(`${path}.part`, path);
  rmSync(`${path}.part.validator`, { force: true });
  return sha256;
}

/** A name that is unique for the address and still says what it is. */
function fileNameFor(url: string): string {
  const last = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? 'file';
  return `${digestOf(url).slice(0, 16)}-${last.replace(/[^A-Za-z0-9._-]/g, '_').slice(-60)}`;
}

/** The digest of the copy that an earlier run or another process has finished, if that is whole. */
async function findFinished(path: string, options: FetchOptions): Promise<string | undefined> {
  const wanted = options.sha256 ?? readTextIfAny(`${path}.sha256`)?.trim();
  if (wanted === undefined) return undefined;
  const found = await digestFile(path).catch(() => undefined);
  if (found !== wanted) return undefined;
  if (options.sha256 === null)
    options.onWarning?.(`Using the copy that was downloaded before. Delete ${path} to fetch it anew.`);
  return found;
}
