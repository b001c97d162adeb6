import { readFileSync, statSync } from 'node:fs';
import { errnoOf, formatBytes } from '../../kit/index.ts';

/** Files that people write are small; the limit keeps a wrong path from filling the memory. */
const MAX_BYTES = 8_000_000;

export type ReadText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly hint?: string };

/** Reads a text file: UTF-8, at most 8 MB unless another limit is given, a byte order mark dropped. */
export function readText(path: string, maxBytes = MAX_BYTES): ReadText {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { kind: 'unreadable', reason: 'it is no regular file' };
    if (stat.size > maxBytes) {
      return {
        kind: 'unreadable',
        reason: `it has ${formatBytes(stat.size)}, more than ${formatBytes(maxBytes)}`,
      };
    }
    const bytes = readFileSync(path);
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return { kind: 'missing' };
    if (errno === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return { kind: 'unreadable', reason: 'it is not UTF-8 text' };
    if (errno === undefined) throw error;
    const hint = errno === 'EACCES' || errno === 'EPERM' ? { hint: 'Make it readable for this user.' } : {};
    return { kind: 'unreadable', reason: `reading it failed with ${errno}`, ...hint };
  }
}
