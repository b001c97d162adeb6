import { execFileSync } from 'node:child_process';
import { type RunnerProject, runnerProject } from './runner-project.ts';

/** A project in a git repository of its own. */
export interface GitProject extends RunnerProject {
  /** Runs git and returns what it printed. Throws when it fails. */
  git(...args: readonly string[]): string;
  /** Adds everything and commits it. */
  commitAll(message: string): void;
}

export function gitProject(files: Readonly<Record<string, string>>, root?: string): GitProject {
  const project = runnerProject(files, root);
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: project.root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    });
  git('init', '-q', '-b', 'main');
  return {
    ...project,
    git,
    commitAll: (message) => {
      git('add', '-A');
      git('commit', '-q', '-m', message);
    },
  };
}
