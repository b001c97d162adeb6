import { FermentError } from '../../kit/index.ts';
import { type GitAnswer, runGit } from './run-git.ts';
import { unreadableRepository } from './unreadable.ts';

/** A read-only view of a git repository; `prefix` is the project's place below the repository's root. */
export interface Git {
  readonly root: string;
  /** The full commit id of what a person typed (`HEAD~1`, a branch, a tag). Throws NO_REVISION. */
  resolve(revision: string): string;
  /** The bytes of a project file in a commit, or undefined when it is not there or a folder. */
  show(commit: string, path: string): Buffer | undefined;
  /** The project's files in a commit, sorted by bytes. */
  list(commit: string): readonly { readonly path: string; readonly size: number }[];
}

/** The repository that holds the folder `root`. Throws NO_REVISION where there is no git, or none that git would read. */
export function openGit(root: string): Git {
  const { status, complaint } = runGit(root, ['rev-parse', '--git-dir']);
  if (status !== 0) throw noRepository(root, complaint);
  return {
    root,
    resolve: (revision) => resolveRevision(root, revision),
    show: (commit, path) => {
      // `./` makes the path relative to `root`, which may be a folder of the repository.
      const answer = runGit(root, ['show', `${commit}:./${path}`]);
      return isMissingPath(answer) || isListing(answer, commit, path) ? undefined : outputOf(answer);
    },
    list: (commit) => listFiles(root, commit),
  };
}

function noRepository(root: string, complaint: string): FermentError {
  return /not a git repository/i.test(complaint)
    ? new FermentError('NO_REVISION', `Comparing needs a git repository, and ${root} is in none.`, {
        hint: 'Start one with: git init && git add . && git commit -m "First state"',
      })
    : new FermentError('NO_REVISION', `Comparing needs git, which cannot be used in ${root}: ${complaint}`, {
        hint: 'Put right what it says, then run the same command again.',
      });
}

function resolveRevision(root: string, revision: string): string {
  // A name that starts with a dash would be read as an option.
  if (!revision.startsWith('-')) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    const { status, stdout } = runGit(root, args);
    if (status === 0) return stdout.toString().trim();
  }
  const anyCommit = runGit(root, ['rev-list', '--all', '--max-count=1']);
  if (anyCommit.status === 0 && anyCommit.stdout.length === 0) {
    throw new FermentError(
      'NO_REVISION',
      `This git repository has no commit yet, so there is no '${revision}' to compare with.`,
      { hint: 'Make the first one with: git add . && git commit -m "First state"' },
    );
  }
  throw new FermentError('NO_REVISION', `Git knows no commit '${revision}'.`, {
    hint: 'git log --oneline lists commits; a branch, a tag or HEAD~1 will do too.',
  });
}

function isMissingPath({ status, complaint }: GitAnswer): boolean {
  return status !== 0 && /does not exist|exists on disk, but not in|path .* not in/i.test(complaint);
}

/** Of a folder git shows the names in it, under a heading that no file can have: it holds the commit's own id. */
function isListing({ stdout }: GitAnswer, commit: string, path: string): boolean {
  const heading = Buffer.from(`tree ${commit}:./${path}\n`);
  return stdout.subarray(0, heading.length).equals(heading);
}

function listFiles(root: string, commit: string): { path: string; size: number }[] {
  const files: { path: string; size: number }[] = [];
  const listed = outputOf(runGit(root, ['ls-tree', '-r', '-z', '--long', commit]));
  for (const line of listed.toString().split('\0')) {
    // <mode> SP <type> SP <object> SP+ <size> TAB <path>
    const match = /^\d+ blob [0-9a-f]+ +(\d+)\t(.*)$/s.exec(line);
    if (match !== null) files.push({ path: match[2] ?? '', size: Number(match[1]) });
  }
  return files;
}

function outputOf({ status, stdout, complaint }: GitAnswer): Buffer {
  if (status === 0) return stdout;
  throw unreadableRepository(complaint);
}
