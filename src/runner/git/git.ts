import { execFileSync } from 'node:child_process';
import { FermentError, messageOf } from '../../kit/index.ts';

/** 256 MB: the largest file that is read from a commit. */
const MAX_BYTES = 256 * 1024 * 1024;

/** A read-only view of a git repository; `prefix` is the project's place below the repository's root. */
export interface Git {
  readonly root: string;
  /** The full commit id of what a person typed (`HEAD~1`, a branch, a tag). Throws NO_REVISION. */
  resolve(revision: string): string;
  /** The bytes of a project file in a commit, or undefined when it is not there. */
  show(commit: string, path: string): Buffer | undefined;
  /** The project's files in a commit, sorted by bytes. */
  list(commit: string): readonly { readonly path: string; readonly size: number }[];
}

/** The repository that holds the folder `root`. Throws NO_REVISION where there is no git or no repository. */
export function openGit(root: string): Git {
  const run = (args: readonly string[]): Buffer =>
    execFileSync('git', ['-C', root, ...args], { maxBuffer: MAX_BYTES, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    run(['rev-parse', '--git-dir']);
  } catch (error) {
    throw new FermentError('NO_REVISION', `Comparing needs a git repository, and ${root} is in none.`, {
      hint: 'Start one with: git init && git add . && git commit -m "First state"',
      cause: error,
    });
  }
  return {
    root,
    resolve: (revision) => resolveRevision(run, revision),
    show: (commit, path) => {
      try {
        // `./` makes the path relative to `root`, which may be a folder of the repository.
        return run(['show', `${commit}:./${path}`]);
      } catch (error) {
        if (isMissingPath(error)) return undefined;
        throw error;
      }
    },
    list: (commit) => listFiles(run, commit),
  };
}

function resolveRevision(run: (args: readonly string[]) => Buffer, revision: string): string {
  // A name that starts with a dash would be read as an option.
  if (!revision.startsWith('-')) {
    try {
      return run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
        .toString()
        .trim();
    } catch {
      // unknown: told below
    }
  }
  if (hasNoCommit(run)) {
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

function hasNoCommit(run: (args: readonly string[]) => Buffer): boolean {
  try {
    return run(['rev-list', '--all', '--max-count=1']).length === 0;
  } catch {
    return false;
  }
}

function isMissingPath(error: unknown): boolean {
  return /does not exist|exists on disk, but not in|path .* not in/i.test(messageOf(error));
}

function listFiles(
  run: (args: readonly string[]) => Buffer,
  commit: string,
): { path: string; size: number }[] {
  const files: { path: string; size: number }[] = [];
  for (const line of run(['ls-tree', '-r', '-z', '--long', commit]).toString().split('\0')) {
    // <mode> SP <type> SP <object> SP+ <size> TAB <path>
    const match = /^\d+ blob [0-9a-f]+ +(\d+)\t(.*)$/s.exec(line);
    if (match !== null) files.push({ path: match[2] ?? '', size: Number(match[1]) });
  }
  return files;
}
