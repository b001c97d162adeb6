import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder, writeFiles } from './temporary.ts';

/** A DVC project in a git repository, worked on with the real DVC. */
export interface DvcProject {
  readonly root: string;
  /** The DVC. */
  readonly program: string;
  /** Runs `dvc ARGS` and returns its stdout. */
  dvc(...args: readonly string[]): string;
  git(...args: readonly string[]): string;
}

/** Makes one: git, `dvc init`, and these files. */
export function dvcProject(
  program: string,
  files: Readonly<Record<string, string>>,
  whenDone: (clean: () => void) => void = onTestFinished,
): DvcProject {
  const project = openProject(program, whenDone);
  project.git('init', '-q');
  project.dvc('init');
  writeFiles(project.root, files);
  return project;
}

/** A copy that is gone when the test is over. */
export function copyOf({ root, program }: DvcProject): DvcProject {
  const copy = openProject(program, onTestFinished);
  cpSync(root, copy.root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  return copy;
}

function openProject(program: string, whenDone: (clean: () => void) => void): DvcProject {
  const root = temporaryFolder(whenDone);
  const state = temporaryFolder(whenDone);
  const env = {
    ...process.env,
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(state, 'site'),
    DVC_GLOBAL_CONFIG_DIR: join(state, 'global'),
    DVC_SYSTEM_CONFIG_DIR: join(state, 'system'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  const run = (command: string, args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
    if (status === 0) return stdout;
    throw new Error(`${command} ${args.join(' ')} ended with ${status}.\n${stdout}\n${stderr}`);
  };
  return {
    root,
    program,
    dvc: (...args) => run(program, args),
    git: (...args) => run('git', args),
  };
}
