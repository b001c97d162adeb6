import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** The metrics of a commit, as far as they could be read. */
export interface EarlierResults {
  /** Abbreviated. */
  readonly commit: string;
  /** `2026-11-24` */
  readonly date: string;
  readonly subject: string;
  /** Of the files now and then, those that differ, are new or are gone: `evaluate/resnet.json`. */
  readonly changed: readonly string[];
  /** A file of then as JSON, `evaluate/resnet.json`; undefined when it was not there or is no JSON. */
  read(name: string): unknown;
  /** The models that were evaluated. */
  readonly models: readonly string[];
}

/** More commits are not looked at: whoever commits as often without new results can ask `ferment metrics diff`. */
const MOST_COMMITS = 50;

/**
 * The results of the newest commit that has others than these files: of the last commit while new ones are not
 * committed, and of the one before when they are, so that the report stays the same. Undefined outside of git, and
 * where no commit has others. `paths` as `readResults` takes them.
 */
export function readEarlierResults(paths: readonly string[]): EarlierResults | undefined {
  const top = paths.find((path) => basename(path) === 'download.json');
  if (top === undefined) return undefined;
  const folder = dirname(top);
  const log = git(folder, ['log', '-n', String(MOST_COMMITS), '--format=%H%x09%h%x09%cs%x09%s', '--', '.']);
  const added = git(folder, ['ls-files', '--others', '-z', '--', '.']) ?? '';
  for (const line of (log ?? '').split('\n').filter((text) => text !== '')) {
    const [hash = '', commit = '', date = '', ...subject] = line.split('\t');
    const differing = git(folder, ['diff', '--name-only', '--relative', '-z', hash, '--', '.']) ?? '';
    const changed = `${differing}${added}`.split('\0').filter((name) => name !== '');
    if (changed.length === 0) continue;
    const names = (git(folder, ['ls-tree', '-r', '--name-only', '-z', hash, '.']) ?? '').split('\0');
    return {
      commit,
      date,
      subject: subject.join('\t').replaceAll('`', "'"),
      changed,
      read: (name) => parse(git(folder, ['show', `${hash}:./${name}`])),
      models: names
        .map((name) => /^evaluate\/(.+)\.json$/.exec(name)?.[1])
        .filter((name) => name !== undefined),
    };
  }
  return undefined;
}

function git(folder: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
  });
  return status === 0 ? stdout : undefined;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
