import { FermentError, formatCount } from '../../../kit/index.ts';

/** So many bad files are named; the rest are counted. */
const MAX_NAMED = 20;

/** A file that should be an image and is none. */
export interface BadImage {
  readonly path: string;
  readonly reason: string;
}

/** Throws BAD_IMAGE naming the files, all at once; does nothing for an empty list. */
export function refuseBadImages(bad: readonly BadImage[], sourceName: string): void {
  if (bad.length === 0) return;
  const lines = bad.slice(0, MAX_NAMED).map(({ path, reason }) => `  ${path}: ${reason}`);
  if (bad.length > MAX_NAMED) lines.push(`  and ${formatCount(bad.length - MAX_NAMED)} more`);
  const what =
    bad.length === 1 ? 'a file that is no image' : `${formatCount(bad.length)} files that are no images`;
  throw new FermentError('BAD_IMAGE', `${sourceName} holds ${what}:\n${lines.join('\n')}`, {
    hint: 'Remove or replace them in the source, then run the same command again.',
  });
}
