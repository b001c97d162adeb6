import { FermentError } from '../../../kit/index.ts';

/** What a file is packed as, in words, from its first bytes (APPNOTE 6.3; RFC 1952); undefined for any other file. */
export function packingOf(head: Uint8Array): 'a zip archive' | 'a gzip file' | undefined {
  const [first, second, third] = head;
  if (first === 0x50 && second === 0x4b && (third === 3 || third === 5)) return 'a zip archive';
  return first === 0x1f && second === 0x8b ? 'a gzip file' : undefined;
}

/**
 * Throws DATA_LAYOUT for what is no zip archive but the other kind that is common: FER2013 itself came as a tar.gz at
 * first.
 */
export function refuseGzip(path: string, head: Uint8Array): void {
  if (packingOf(head) !== 'a gzip file') return;
  throw new FermentError('DATA_LAYOUT', `${path} must be a zip archive. Received: a gzip file.`, {
    hint: 'Unpack it (tar -xzf, or gunzip where it is no .tar.gz) and name the folder or the CSV that comes out.',
  });
}
