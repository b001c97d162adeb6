import { FermentError } from '../../../kit/index.ts';

/** What the first bytes of packed files look like (APPNOTE 6.3, RFC 1952, POSIX ustar, and what `file` knows). */
const KINDS: readonly (readonly [name: string, looks: RegExp])[] = [
  ['a zip archive', /^PK[\x03\x05]/],
  ['a gzip file', /^\x1f\x8b/],
  ['a 7z archive', /^7z\xbc\xaf/],
  ['a RAR archive', /^Rar!/],
  ['an xz file', /^\xfd7zXZ/],
  ['a bzip2 file', /^BZh\d/],
  ['a tar archive', /^.{257}ustar/s],
];
const WEB_PAGE = /^\s*<(?:!doctype html|html)/i;

/** How much of a file tells its kind. */
export const HEAD_BYTES = 512;

/** What a file is packed as, in words, from its first bytes; undefined for any other file. */
export function packingOf(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1', 0, HEAD_BYTES);
  return KINDS.find(([, looks]) => looks.test(text))?.[0];
}

/**
 * Refuses what is no zip archive but can be called by its name. Throws DATA_LAYOUT for another packing, of which FER2013
 * had one at first, DATA_DAMAGED for a page that a server gave in place of the file.
 */
export function refuseOtherKinds(path: string, head: Uint8Array): void {
  const packing = packingOf(head);
  if (packing !== undefined && packing !== 'a zip archive')
    throw new FermentError('DATA_LAYOUT', `${path} must be a zip archive. Received: ${packing}.`, {
      hint: 'Unpack it, and name the folder (source: folder) or the CSV (source: csv) that comes out.',
    });
  if (WEB_PAGE.test(Buffer.from(head).toString('latin1')))
    throw new FermentError('DATA_DAMAGED', `${path} must be a zip archive. Received: a web page.`, {
      hint: 'Its server probably asks people to sign in first: get the file with a browser.',
    });
}
