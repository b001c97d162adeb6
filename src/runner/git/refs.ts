import { execFileSync } from 'node:child_process';
import { compareBytes } from '../../kit/index.ts';

/** Names of branches or tags, sorted; or the short ids of all commits that they reach, newest first. None where there is no git. */
export function listRevisions(root: string, what: 'branches' | 'tags' | 'commits'): readonly string[] {
  const args =
    what === 'commits'
      ? ['log', '--branches', '--tags', '--format=%h']
      : ['for-each-ref', '--format=%(refname:short)', what === 'branches' ? 'refs/heads' : 'refs/tags'];
  try {
    const text = execFileSync('git', ['-C', root, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
    const names = text.split('\n').filter((line) => line !== '');
    return what === 'commits' ? names : names.sort(compareBytes);
  } catch {
    return [];
  }
}
