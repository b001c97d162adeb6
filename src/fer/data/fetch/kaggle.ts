import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FermentError, messageOf } from '../../../kit/index.ts';
import type { Params } from '../../params/index.ts';
import { type FetchOptions, fetchFile } from './fetch-file.ts';

export const KAGGLE_API = 'https://www.kaggle.com/api/v1';

/** A Kaggle data set to fetch. */
export interface KaggleOptions
  extends Pick<FetchOptions, 'sha256' | 'folder' | 'patience' | 'onProgress' | 'onWarning'> {
  readonly kaggle: Params['download']['kaggle'];
  readonly env: NodeJS.ProcessEnv;
  /** Base address of the API. */
  readonly api: string;
}

interface Token {
  readonly username: string;
  readonly key: string;
}

const HOW_TO =
  'On kaggle.com, open Settings, API, "Create New Token", and put the kaggle.json that it gives at download.kaggle.tokenFile (or set KAGGLE_USERNAME and KAGGLE_KEY).';

/**
 * Fetches a public data set from Kaggle as one zip archive, with the user's token. Throws DATA_CREDENTIALS when the
 * token is missing, unreadable or refused, DATA_MISSING when there is no such data set, else as fetchFile.
 */
export async function fetchKaggle(options: KaggleOptions): Promise<{ path: string; sha256: string }> {
  const { dataset } = options.kaggle;
  const { username, key } = readToken(options);
  return fetchFile({
    ...options,
    url: `${options.api}/datasets/download/${dataset.split('/').map(encodeURIComponent).join('/')}`,
    headers: { authorization: `Basic ${Buffer.from(`${username}:${key}`).toString('base64')}` },
    explainStatus: (status) => explainStatus(status, dataset),
  });
}

function explainStatus(status: number, dataset: string): FermentError | undefined {
  if (status === 401)
    return new FermentError('DATA_CREDENTIALS', 'Kaggle does not accept this token (HTTP 401).', {
      hint: HOW_TO,
    });
  if (status === 403)
    return new FermentError(
      'DATA_CREDENTIALS',
      `Kaggle does not let this account read ${dataset} (HTTP 403).`,
      {
        hint: `Open https://www.kaggle.com/datasets/${dataset} with the same account and accept its terms, then run again.`,
      },
    );
  if (status === 404)
    return new FermentError('DATA_MISSING', `Kaggle has no data set ${dataset} (HTTP 404).`, {
      hint: 'Check download.kaggle.dataset: OWNER/NAME as in the address of its page.',
    });
  return undefined;
}

function readToken({ kaggle, env, onWarning }: KaggleOptions): Token {
  const username = env['KAGGLE_USERNAME'];
  const key = env['KAGGLE_KEY'];
  if (username && key) return { username, key };
  const path = kaggle.tokenFile.replace(/^~(?=\/)/, env['HOME'] || homedir());
  const text = readTokenFile(path);
  warnIfReadable(path, onWarning);
  const token = parseToken(text);
  if (token !== undefined) return token;
  throw new FermentError(
    'DATA_CREDENTIALS',
    `${path} must hold {"username": "…", "key": "…"}. Received something else (not shown, it may be a secret).`,
    { hint: HOW_TO },
  );
}

function readTokenFile(path: string): string {
  try {
    return readFileSync(statSync(path).isDirectory() ? join(path, 'kaggle.json') : path, 'utf8');
  } catch (error) {
    throw new FermentError('DATA_CREDENTIALS', `Cannot read the Kaggle token ${path}: ${messageOf(error)}.`, {
      hint: HOW_TO,
      cause: error,
    });
  }
}

function warnIfReadable(path: string, onWarning: ((text: string) => void) | undefined): void {
  if ((statSync(path).mode & 0o077) !== 0)
    onWarning?.(`Other users of this machine can read the Kaggle token. Close it with: chmod 600 ${path}`);
}

function parseToken(text: string): Token | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // the caller says what was expected
  }
  if (typeof value !== 'object' || value === null || !('username' in value) || !('key' in value))
    return undefined;
  const { username, key } = value;
  return typeof username === 'string' && typeof key === 'string' ? { username, key } : undefined;
}
