import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openGit } from '../../../../src/runner/git/index.ts';
import { temporaryFolder, writeFiles } from '../../../support/temporary.ts';

function repository(): string {
  const folder = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);
  git('init', '-q');
  writeFiles(folder, { 'project/m.json': '{"a":1}', 'outside.txt': 'x', 'project/näme.txt': 'y' });
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  writeFileSync(join(folder, 'project', 'm.json'), '{"a":2}');
  git('commit', '-q', '-a', '-m', 'second');
  return join(folder, 'project');
}

describe('openGit', () => {
  it('reads a file as it was in a commit, in a project below the top of the repository', () => {
    const git = openGit(repository());
    expect(git.show(git.resolve('HEAD~1'), 'm.json')?.toString()).toBe('{"a":1}');
    expect(git.show(git.resolve('HEAD'), 'm.json')?.toString()).toBe('{"a":2}');
    expect(git.show(git.resolve('HEAD'), 'missing.json')).toBeUndefined();
  });

  it('takes a folder for no file', () => {
    const project = repository();
    const git = openGit(join(project, '..'));
    expect(git.show(git.resolve('HEAD'), 'project')).toBeUndefined();
  });

  it('lists only the files of the project, with plain names', () => {
    const git = openGit(repository());
    expect(git.list(git.resolve('HEAD'))).toEqual([
      { path: 'm.json', size: 7 },
      { path: 'näme.txt', size: 1 },
    ]);
  });

  it('refuses an unknown revision and one that looks like an option', () => {
    const git = openGit(repository());
    expect(() => git.resolve('nowhere')).toThrow("Git knows no commit 'nowhere'.");
    expect(() => git.resolve('--help')).toThrow("Git knows no commit '--help'.");
  });

  it('says what to do where there is no commit yet', () => {
    const folder = temporaryFolder();
    execFileSync('git', ['-C', folder, 'init', '-q']);
    expect(() => openGit(folder).resolve('HEAD')).toThrow(
      expect.objectContaining({
        code: 'NO_REVISION',
        message: "This git repository has no commit yet, so there is no 'HEAD' to compare with.",
        hint: 'Make the first one with: git add . && git commit -m "First state"',
      }),
    );
  });

  it('says what to do where there is no repository', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'p'));
    expect(() => openGit(join(folder, 'p'))).toThrow('Comparing needs a git repository');
  });

  it('says what git says where it refuses a repository, as it does in a container that another user owns', () => {
    const project = repository();
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => openGit(project)).toThrow(
      expect.objectContaining({
        code: 'NO_REVISION',
        message: expect.stringMatching(
          /^Comparing needs git, which cannot be used in .*: fatal: detected dubious ownership/,
        ),
      }),
    );
  });
});
