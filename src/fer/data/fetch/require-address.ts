import { FermentError } from '../../../kit/index.ts';
import { scrubNoAddress } from './address.ts';

/** The address that parameters give. Throws BAD_PARAMS when it is none, or has no SHA-256 beside it. */
export function requireAddress(url: string | null, sha256: string | null): string {
  if (url === null || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new FermentError(
      'BAD_PARAMS',
      `download.url must be an http or https address. Received: ${url === null ? 'nothing' : scrubNoAddress(url)}.`,
      {
        hint: 'Set download.url and download.sha256, or choose another download.source.',
      },
    );
  }
  if (sha256 === null) {
    throw new FermentError(
      'BAD_PARAMS',
      'download.sha256 must be set for download.source url. Received: nothing.',
      {
        hint: 'sha256sum FILE prints it for a copy that you trust; without one, nobody would notice another file.',
      },
    );
  }
  return url;
}
