import { spawnSync } from 'node:child_process';

/** 1 GiB: a million commits' names take 41 MB. */
const MAX_BYTES = 1024 ** 3;

/** What git answered. */
export interface GitAnswer {
  /** Null when git could not be started, was killed, or wrote more than can be taken. */
  readonly status: number | null;
  readonly stdout: Buffer;
  /** What git said, or why it could not be started; in English, whatever the user's language. */
  readonly complaint: string;
}

/** Runs git in a folder and waits. Never throws: what a failure means depends on the question. */
export function runGit(root: string, args: readonly string[], input: string | Buffer = ''): GitAnswer {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', root, ...args], {
    input,
    maxBuffer: MAX_BYTES,
    // A partial clone must not begin to download; a fetch must not ask for a password.
    env: { ...process.env, LC_ALL: 'C', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
  });
  return {
    status: error === undefined ? status : null,
    stdout: stdout ?? Buffer.alloc(0),
    complaint: error?.message ?? (stderr ?? '').toString().trim(),
  };
}
