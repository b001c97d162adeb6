import { FermentError } from '../../../kit/index.ts';
import { withoutSecrets } from './address.ts';
import type { FetchOptions } from './fetch-file.ts';

const ANOTHER_WAY = 'Check download.url, or get the file another way and use download.source=zip.';

/** The error for an HTTP status that no further attempt will change: DATA_CREDENTIALS, DATA_MISSING or DATA_NETWORK. */
export function explainRefusal(status: number, { explainStatus, ...options }: FetchOptions): FermentError {
  const url = withoutSecrets(options.url);
  const own = explainStatus?.(status);
  if (own !== undefined) return own;
  if (status === 401 || status === 403)
    return new FermentError(
      'DATA_CREDENTIALS',
      `${url} may not be read without permission (HTTP ${status}).`,
      {
        hint: 'Put the right user and password into download.url (https://USER:PASSWORD@host/file), or get the file another way and use download.source=zip.',
      },
    );
  if (status === 404 || status === 410)
    return new FermentError('DATA_MISSING', `There is nothing at ${url} (HTTP ${status}).`, {
      hint: 'Check download.url.',
    });
  return new FermentError('DATA_NETWORK', `Cannot download ${url}: the server answered ${status}.`, {
    hint: ANOTHER_WAY,
  });
}

/** The error for redirects that lead nowhere: DATA_NETWORK. */
export function explainAstray(reason: string, { url }: FetchOptions): FermentError {
  return new FermentError('DATA_NETWORK', `Cannot download ${withoutSecrets(url)}: ${reason}.`, {
    hint: ANOTHER_WAY,
  });
}
