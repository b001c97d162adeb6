import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  digestOf,
  explainWriteError,
  FermentError,
  formatDuration,
  makeFolder,
  plural,
  writeFileAtomic,
} from '../../../kit/index.ts';
import type { DataReporting } from '../progress.ts';
import { type AttemptResult, attemptDownload } from './attempt.ts';
import { digestFile } from './digest-file.ts';

/** A file to fetch. */
export interface FetchOptions extends DataReporting {
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

/** How hard to try. */
export interface Patience {
  readonly attempts: number;
  /** Pause before the second attempt; each further one is twice as long. */
  readonly pauseMs: number;
  readonly stallMs: number;
}

const PATIENCE: Patience = { attempts: 6, pauseMs: 1000, stallMs: 60_000 };
const MAX_PAUSE_MS = 60_000;

/**
 * Fetches a file over HTTP(S) and gives the path of the finished copy, which stays for the next time. An interrupted
 * download goes on where it stopped (Range with If-Range), also in a later run; attempts are repeated with growing
 * pauses; the digest is checked before the file gets its name.
 * Throws DATA_NETWORK, DATA_CHECKSUM, DATA_CREDENTIALS (401, 403), DATA_MISSING (404, 410), NO_SPACE, STORE_UNWRITABLE.
 */
export async function fetchFile(options: FetchOptions): Promise<{ path: string; sha256: string }> {
  const path = join(options.folder, fileNameFor(options.url));
  try {
    makeFolder(options.folder);
  } catch (error) {
    throw explainWriteError(error, options.folder);
  }
  const known = await findFinished(path, options);
  if (known !== undefined) return { path, sha256: known };
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
  return { path, sha256 };
}

/** An address as messages and reports show it: without user, password and query, which may be secret. */
export function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

/** A name that is unique for the address and still says what it is. */
function fileNameFor(url: string): string {
  const last = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? 'file';
  return `${digestOf(url).slice(0, 16)}-${last.replace(/[^A-Za-z0-9._-]/g, '_').slice(-60)}`;
}

/** The digest of the copy of an earlier run, if that is whole. */
async function findFinished(path: string, options: FetchOptions): Promise<string | undefined> {
  const wanted = options.sha256 ?? readText(`${path}.sha256`)?.trim();
  if (wanted === undefined) return undefined;
  const found = await digestFile(path).catch(() => undefined);
  if (found !== wanted) {
    rmSync(path, { force: true });
    return undefined;
  }
  if (options.sha256 === null)
    options.onWarning?.(`Using the copy that was downloaded before. Delete ${path} to fetch it anew.`);
  return found;
}

async function downloadPart(path: string, options: FetchOptions): Promise<void> {
  const patience = { ...PATIENCE, ...options.patience };
  let reason = '';
  for (let attempt = 1; attempt <= patience.attempts; attempt++) {
    const result = await attemptDownload({
      url: options.url,
      headers: options.headers ?? {},
      part: `${path}.part`,
      validator: readText(`${path}.part.validator`),
      onValidator: (validator) => saveValidator(`${path}.part.validator`, validator),
      stallMs: patience.stallMs,
      onProgress: options.onProgress,
    });
    if (result.kind === 'done') return;
    if (result.kind === 'refused') throw explainRefusal(result.status, options);
    reason = result.reason;
    if (attempt < patience.attempts) await pause(result, attempt, patience, options);
  }
  throw new FermentError(
    'DATA_NETWORK',
    `Cannot download ${withoutSecrets(options.url)}: ${reason} (${plural(patience.attempts, 'attempt')}).`,
    {
      hint: 'Run again to go on where it stopped, or get the file another way and use download.source=zip with download.path.',
    },
  );
}

function saveValidator(path: string, validator: string | undefined): void {
  if (validator === undefined) rmSync(path, { force: true });
  else writeFileAtomic(path, validator, { durable: false });
}

async function pause(
  result: Extract<AttemptResult, { kind: 'retry' }>,
  attempt: number,
  patience: Patience,
  options: FetchOptions,
): Promise<void> {
  const ms = Math.min(MAX_PAUSE_MS, result.afterMs ?? patience.pauseMs * 2 ** (attempt - 1));
  options.onWarning?.(`Download interrupted (${result.reason}); trying again in ${formatDuration(ms)}.`);
  await sleep(ms);
}

function explainRefusal(status: number, { explainStatus, ...options }: FetchOptions): FermentError {
  const url = withoutSecrets(options.url);
  const own = explainStatus?.(status);
  if (own !== undefined) return own;
  if (status === 401 || status === 403)
    return new FermentError(
      'DATA_CREDENTIALS',
      `${url} may not be read without permission (HTTP ${status}).`,
      {
        hint: 'Use an address that needs no login, or get the file another way and use download.source=zip.',
      },
    );
  if (status === 404 || status === 410)
    return new FermentError('DATA_MISSING', `There is nothing at ${url} (HTTP ${status}).`, {
      hint: 'Check download.url.',
    });
  return new FermentError('DATA_NETWORK', `Cannot download ${url}: the server answered ${status}.`, {
    hint: 'Check download.url, or get the file another way and use download.source=zip.',
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
