import { compareBytes } from '../../kit/index.ts';
import { runGit } from './run-git.ts';

/** Names of branches or tags, sorted; or the short ids of all commits that they reach, newest first. None where there is no git. */
export function listRevisions(root: string, what: 'branches' | 'tags' | 'commits'): readonly string[] {
  const args =
    what === 'commits'
      ? ['log', '--branches', '--tags', '--format=%h']
      : ['for-each-ref', '--format=%(refname:short)', what === 'branches' ? 'refs/heads' : 'refs/tags'];
  const { status, stdout } = runGit(root, args);
  if (status !== 0) return [];
  const names = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  return what === 'commits' ? names : names.sort(compareBytes);
}
