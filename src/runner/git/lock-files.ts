import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type GitObject, parseTree, readGitObjects, type TreeEntry } from './objects.ts';
import { fetchObjects, promisorOf } from './partial-clone.ts';
import { runGit } from './run-git.ts';
import { unreadableRepository } from './unreadable.ts';

/** Where in git's history lock files are looked for. */
export interface GitScope {
  /** Every commit that a ref or the reflog can reach, not only those that they name. */
  readonly allCommits: boolean;
  /** Also the commits that the reflog names: what `git reset --hard HEAD@{1}` would bring back. */
  readonly reflog: boolean;
}

/** The lock files in a repository: their texts, by the id of the blob. */
export interface GitLocks {
  /** How many commits were looked at. */
  readonly commits: number;
  readonly texts: ReadonlyMap<string, string>;
}

/** How a lock file begins, whatever its name and the version that wrote it. */
const LOCK_HEAD = /^(?:#[^\n]*\n)*schema: ferment\//;

/**
 * All lock files (every file called `*.lock` with our header, wherever it lies) in the commits that branches, tags,
 * remote-tracking branches, stashes and worktrees name, and in the index. Undefined outside a repository. Texts in
 * `known` are not read again. Throws UNREADABLE when there is a repository that git cannot read: what it holds is
 * then unknown.
 */
export async function readLocksInGit(
  root: string,
  scope: GitScope,
  known: GitLocks['texts'] = new Map(),
): Promise<GitLocks | undefined> {
  if (!isInRepository(root)) return undefined;
  const commits = tips(root, scope);
  const blobs = new Set([...(await lockBlobs(root, commits)), ...stagedBlobs(root)]);
  const texts = new Map<string, string>();
  const unknown: string[] = [];
  for (const id of blobs) {
    const text = known.get(id);
    if (text === undefined) unknown.push(id);
    else texts.set(id, text);
  }
  const remote = promisorOf(root);
  if (remote !== undefined) fetchObjects(root, remote, unknown);
  for await (const { id, type, bytes } of readGitObjects(root, unknown)) {
    if (type !== 'blob' || !LOCK_HEAD.test(bytes.toString('latin1', 0, 4096))) continue;
    texts.set(id, bytes.toString());
  }
  return { commits: commits.length, texts };
}

/** True for the text of a lock file, also one with conflict markers or from another version. */
export function isLockText(text: string): boolean {
  return LOCK_HEAD.test(text) || /^ {4}fingerprint: "?[0-9a-f]{64}/m.test(text);
}

function isInRepository(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** The commits that something names. A stash is a commit whose parents hold the index and the untracked files. */
function tips(root: string, { allCommits, reflog }: GitScope): readonly string[] {
  const walk = allCommits ? [] : ['--no-walk=unsorted'];
  const named = git(root, ['rev-list', ...walk, '--all', ...(reflog ? ['--reflog'] : [])]);
  const hasStash = git(root, ['for-each-ref', '--count=1', 'refs/stash']) !== '';
  const stashes = hasStash ? git(root, ['log', '--walk-reflogs', '--format=%H %P', 'refs/stash']) : '';
  return [...new Set(`${named} ${stashes}`.split(/\s+/).filter((id) => id !== ''))];
}

/** Walks the trees of commits, level by level, each tree once. */
async function lockBlobs(root: string, commits: readonly string[]): Promise<ReadonlySet<string>> {
  const locks = new Set<string>();
  const seen = new Set<string>();
  let level: readonly string[] = commits.map((id) => `${id}^{tree}`);
  while (level.length > 0) {
    const below = new Set<string>();
    for await (const tree of readGitObjects(root, level)) {
      seen.add(tree.id);
      const { folders, files } = sortEntries(tree);
      for (const id of files) locks.add(id);
      for (const id of folders) below.add(id);
    }
    level = [...below].filter((id) => !seen.has(id));
  }
  return locks;
}

/** The ids of a tree's folders, and of its files that are called `*.lock`. */
function sortEntries(tree: GitObject): { readonly folders: string[]; readonly files: string[] } {
  const entries = tree.type === 'tree' ? parseTree(tree) : [];
  const idsOf = (wanted: TreeEntry['kind']): string[] =>
    entries
      .filter(({ kind, name }) => kind === wanted && (kind === 'folder' || name.endsWith('.lock')))
      .map(({ id }) => id);
  return { folders: idsOf('folder'), files: idsOf('file') };
}

/** What is staged is in no commit yet. */
function stagedBlobs(root: string): readonly string[] {
  const listed = git(root, ['ls-files', '--stage', '-z', '--', ':(top)*.lock']).split('\0');
  // <mode> SP <id> SP <stage> TAB <path>
  return listed.flatMap((line) => /^100\d+ ([0-9a-f]+) /.exec(line)?.[1] ?? []);
}

function git(root: string, args: readonly string[]): string {
  const { status, stdout, complaint } = runGit(root, args);
  if (status === 0) return stdout.toString();
  const hint =
    'Nothing was deleted. Mend the repository first (git fsck shows what is wrong), then try again.';
  throw unreadableRepository(complaint, hint);
}
