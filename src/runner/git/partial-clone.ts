import { runGit } from './run-git.ts';

/** How somebody gets a whole repository from a partial clone. */
export const MAKE_WHOLE = 'git fetch --refetch --no-filter';

/** The remote that has what a partial clone left out; undefined for a whole repository. */
export function promisorOf(root: string): string | undefined {
  const { status, stdout } = runGit(root, ['config', '--get-regexp', '^remote\\..*\\.promisor$', '^true$']);
  return status === 0 ? /^remote\.(.*)\.promisor /m.exec(stdout.toString())?.[1] : undefined;
}

/**
 * Fetches objects that a partial clone may lack, all at once: git itself would ask for them one by one. The names are
 * full ids. That it failed is told by whoever then reads them.
 */
export function fetchObjects(root: string, remote: string, ids: readonly string[]): void {
  if (ids.length === 0) return;
  const options = [
    '--no-tags',
    '--no-auto-maintenance',
    '--no-write-fetch-head',
    '--recurse-submodules=no',
    '--filter=blob:none',
    '--stdin',
  ];
  // As git does when it needs one.
  const args = ['-c', 'fetch.negotiationAlgorithm=noop', 'fetch', ...options, remote];
  runGit(root, args, ids.map((id) => `${id}\n`).join(''));
}
